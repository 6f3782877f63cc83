#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/base/bytes.h"

namespace muir::wire {

// Base64 with padding, as Kafka's JSON carries bytes.
std::string to_base64(ByteView bytes);

// None if `text` is not base64.
std::optional<OwnedBytes> from_base64(std::string_view text);

}  // namespace muir::wire
