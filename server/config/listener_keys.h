#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/config/config_error.h"
#include "server/config/config_value.h"

namespace muir::server {

// The keys of one listener: listener.name.<listener>.<key>, else <key>.  Those of its mechanisms may have
// listener.name.<listener>.<mechanism>. before them, as Kafka reads them.
class ListenerKeys {
 public:
  // `effective` outlives this.
  ListenerKeys(const ConfigMap& effective, const std::string& listener);

  // How the key is spelled for this listener.
  std::string name(std::string_view key) const { return prefix_ + std::string(key); }

  // What was given; null if nothing was.
  const std::string* find(std::string_view key) const;
  const std::string* find(std::string_view mechanism, std::string_view key) const;

  // As the key's row says: what was given, else the default.
  ConfigResult<ConfigValue> value(std::string_view mechanism, std::string_view key) const;
  ConfigResult<std::optional<std::string>> text(std::string_view mechanism, std::string_view key) const;

 private:
  const ConfigMap& effective_;
  const std::string prefix_;
};

}  // namespace muir::server
