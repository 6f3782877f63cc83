#include "server/process/configuration_file.h"

#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "server/config/broker_config.h"
#include "server/config/properties.h"

namespace muir::server {

int fail(const std::string& why) {
  fmt::print(stderr, "muir: {}\n", why);
  return 1;
}

ConfigResult<ConfigMap> read_configuration(const std::optional<std::string>& file,
                                           const std::vector<std::string>& overrides) {
  ConfigMap given;
  if (file) {
    std::ifstream stream(*file, std::ios::binary);
    if (!stream) return invalid_config(fmt::format("cannot read {}", *file));
    std::stringstream text;
    text << stream.rdbuf();
    auto parsed = parse_properties(text.str());
    if (!parsed) return parsed.error();
    given = std::move(*parsed);
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
