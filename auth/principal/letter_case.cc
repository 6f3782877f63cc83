#include "auth/principal/letter_case.h"

#include <cctype>

namespace muir::auth {

std::string in_case(std::string text, Case wanted) {
  if (wanted == Case::as_is) return text;
  for (char& c : text)
    c = static_cast<char>(wanted == Case::lower ? std::tolower(static_cast<unsigned char>(c))
                                                : std::toupper(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace muir::auth
