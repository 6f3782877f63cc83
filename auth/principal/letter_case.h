#pragma once

#include <string>

namespace muir::auth {

// What the rules that make users of principals say of letters, by /L or /U at their end.  ASCII.
enum class Case { as_is, lower, upper };

std::string in_case(std::string text, Case wanted);

}  // namespace muir::auth
