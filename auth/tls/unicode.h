#pragma once

#include <string>
#include <string_view>

#include "wire/base/bytes.h"

namespace muir::auth {

// UTF-8 as big-endian UTF-16, which is how Java hashes a password.  Bytes that are no UTF-8 become U+FFFD.
OwnedBytes to_utf16(std::string_view text);

// `text` with U+FFFD for what is no UTF-8, as Java decodes it: a name from a certificate goes into logs and answers.
std::string to_valid_utf8(std::string_view text);

}  // namespace muir::auth
