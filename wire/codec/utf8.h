#pragma once

#include <string>
#include <string_view>

namespace muir::wire {

// `text` with U+FFFD for each maximal part of it that is not UTF-8, as Java reads a string.  Kafka's strings may hold
// any bytes; what is printed or put into JSON may not.
std::string replace_invalid_utf8(std::string_view text);

}  // namespace muir::wire
