#pragma once

#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace muir::auth {

enum class Occurrences { first, all };

// `text` with what `pattern` matches in it replaced, as Java's replaceFirst and replaceAll do it: in `replacement` $n
// stands for a group and \ takes the next character as it is.  A $n that the pattern has no group for is plain text.
std::string replace_matches(const std::string& text, const re2::RE2& pattern, std::string_view replacement,
                            Occurrences occurrences);

// Whether every $ and \ of `replacement` means something to Java: there is such a group, and a next character.
bool is_sound_replacement(std::string_view replacement, int groups);

}  // namespace muir::auth
