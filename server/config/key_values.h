#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/config_error.h"
#include "server/config/config_value.h"

namespace muir::server {

// The parsed value of every key of a table: what was given, else the default.  Asking for a key that the table lacks,
// or for another type than the key has, is a bug of ours and crashes; a null asked for as a number too.
class KeyValues {
 public:
  // Keys that no table has are ignored.  Fails on the first value that its key does not allow, or that is missing.
  static ConfigResult<KeyValues> parse(std::span<const ConfigKey> keys, const ConfigMap& given);

  const ConfigValue& value(std::string_view key) const;
  bool is_null(std::string_view key) const;

  bool boolean(std::string_view key) const { return get<bool>(key); }
  std::int16_t int16(std::string_view key) const { return get<std::int16_t>(key); }
  std::int32_t int32(std::string_view key) const { return get<std::int32_t>(key); }
  std::int64_t int64(std::string_view key) const { return get<std::int64_t>(key); }
  double real(std::string_view key) const { return get<double>(key); }
  const std::string& text(std::string_view key) const { return get<std::string>(key); }
  const std::vector<std::string>& list(std::string_view key) const { return get<std::vector<std::string>>(key); }

  std::int64_t number(std::string_view key) const;  // INT or LONG.
  std::chrono::milliseconds milliseconds(std::string_view key) const { return std::chrono::milliseconds(number(key)); }
  std::optional<std::string> optional_text(std::string_view key) const;
  std::vector<std::string> list_or_empty(std::string_view key) const;

 private:
  template <class T>
  const T& get(std::string_view key) const;

  std::map<std::string_view, ConfigValue> values_;
};

}  // namespace muir::server
