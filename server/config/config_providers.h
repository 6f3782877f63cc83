#pragma once

#include <functional>
#include <optional>
#include <string>

#include "server/config/config_error.h"

namespace muir::server {

// Where the values of variables come from; the world of a test, or of the process.
struct ConfigSources {
  std::function<std::optional<std::string>(const std::string& path)> file;         // Its text; none: cannot be read.
  std::function<std::optional<std::string>(const std::string& name)> environment;  // None: not set.
};

// Puts values in the place of `${provider:path:key}` and `${provider:key}` in the operator's own file, so that
// passwords can stand elsewhere (KIP-297, KIP-421, KIP-887): the providers that `config.providers` names, of Kafka's
// classes FileConfigProvider, DirectoryConfigProvider and EnvVarConfigProvider, with their allowed.paths and
// allowlist.pattern. A variable of no provider, or without a value, stays as it is, as in Kafka.  The keys of the
// providers are removed: they have done their work.  Fails on a class that is none of the three, and on a file that
// cannot be read. Never used for what a client sets (CVE-2024-31141).
ConfigResult<> resolve_variables(ConfigMap& given, const ConfigSources& sources);

}  // namespace muir::server
