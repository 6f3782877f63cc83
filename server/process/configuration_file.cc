#include "server/process/configuration_file.h"

#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "server/config/broker_config.h"
#include "server/config/config_providers.h"
#include "server/config/properties.h"

namespace muir::server {
namespace {

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

int fail(const std::string& why) {
  fmt::print(stderr, "muir: {}\n", why);
  return 1;
}

ConfigResult<ConfigMap> read_configuration(const std::optional<std::string>& file,
                                           const std::vector<std::string>& overrides) {
  ConfigMap given;
  if (file) {
    const auto text = read_file(*file);
    if (!text) return invalid_config(fmt::format("cannot read {}", *file));
    auto parsed = parse_properties(*text);
    if (!parsed) return parsed.error();
    given = std::move(*parsed);
    const auto resolved = resolve_variables(given, {.file = read_file, .environment = environment});
    if (!resolved) return resolved.error();
  } else {
    given = BrokerConfig::embedded_default();
  }
  for (const std::string& override_text : overrides) {
    const auto applied = apply_override(given, override_text);
    if (!applied) return applied.error();
  }
  return given;
}

}  // namespace muir::server
