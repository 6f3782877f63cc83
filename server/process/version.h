#pragma once

#include <string_view>

namespace muir::server {

inline constexpr std::string_view kVersion = "0.1.0";
inline constexpr std::string_view kKafkaVersion = "4.3.1";  // Whose protocol and files these are.

}  // namespace muir::server
