#pragma once

#include <optional>
#include <string>
#include <vector>

namespace muir::server {

// `muir broker [FILE] [--override key=value ...]`: reads the configuration, or takes the embedded default, starts a
// broker, and stops it on SIGTERM or SIGINT.  Returns the exit code: 0 after a clean stop, 1 when it could not start or
// go on; why is one line on stderr.
int run_broker(const std::optional<std::string>& file, const std::vector<std::string>& overrides);

// `muir config --protected`: every key that stops the start-up because this version cannot honour it, with a value that
// does so, as `key<TAB>value` lines.
int list_protected_keys();

}  // namespace muir::server
