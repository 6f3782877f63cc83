#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/config/config_error.h"

namespace muir::server {

// The properties of `file`, or the embedded default without one, with `overrides` (key=value) over them.
ConfigResult<ConfigMap> read_configuration(const std::optional<std::string>& file,
                                           const std::vector<std::string>& overrides);

// Tells the operator, in one line on stderr, why a command failed; its exit code.
int fail(const std::string& why);

}  // namespace muir::server
