#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/base/bytes.h"

namespace muir::compat {

std::string to_hex(ByteView bytes);

// None unless it is pairs of hexadecimal digits.
std::optional<OwnedBytes> from_hex(std::string_view text);

// Bytes as a trace shows them: the text itself if it is printable ASCII, otherwise `0x` and hexadecimal digits.
std::string readable(ByteView bytes);

}  // namespace muir::compat
