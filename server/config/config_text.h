#pragma once

#include <string>
#include <string_view>
#include <vector>

// How Kafka reads and prints the text of configuration values.  Whitespace is ASCII's; case is ASCII's.
namespace muir::server {

// Without what is at most a space at either end, as Java's trim.
std::string_view trim(std::string_view text);

std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);

// The parts between commas, with the whitespace round a comma gone; "" has none, "a," has an empty second.
std::vector<std::string> split_list(std::string_view text);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

// A double as Java's toString prints it: 0.5, 1.0E10, 1.7976931348623157E308.
std::string java_double(double value);

}  // namespace muir::server
