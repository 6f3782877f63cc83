#include "server/config/key_values.h"

#include "wire/base/check.h"

namespace muir::server {

ConfigResult<KeyValues> KeyValues::parse(std::span<const ConfigKey> keys, const ConfigMap& given) {
  KeyValues parsed;
  for (const ConfigKey& key : keys) {
    const auto at = given.find(key.name);
    auto value = at == given.end() ? default_value(key) : parse_value(key, at->second);
    if (!value) return value.error();
    parsed.values_.emplace(key.name, std::move(*value));
  }
  return parsed;
}

const ConfigValue& KeyValues::value(std::string_view key) const {
  const auto at = values_.find(key);
  CHECK(at != values_.end());
  return at->second;
}

bool KeyValues::is_null(std::string_view key) const { return std::holds_alternative<std::monostate>(value(key)); }

template <class T>
const T& KeyValues::get(std::string_view key) const {
  const T* typed = std::get_if<T>(&value(key));
  CHECK(typed != nullptr);
  return *typed;
}

template const bool& KeyValues::get(std::string_view) const;
template const std::int16_t& KeyValues::get(std::string_view) const;
template const std::int32_t& KeyValues::get(std::string_view) const;
template const std::int64_t& KeyValues::get(std::string_view) const;
template const double& KeyValues::get(std::string_view) const;
template const std::string& KeyValues::get(std::string_view) const;
template const std::vector<std::string>& KeyValues::get(std::string_view) const;

std::int64_t KeyValues::number(std::string_view key) const {
  if (const auto* small = std::get_if<std::int32_t>(&value(key))) return *small;
  return get<std::int64_t>(key);
}

std::optional<std::string> KeyValues::optional_text(std::string_view key) const {
  if (is_null(key)) return std::nullopt;
  return get<std::string>(key);
}

std::vector<std::string> KeyValues::list_or_empty(std::string_view key) const {
  if (is_null(key)) return {};
  return get<std::vector<std::string>>(key);
}

}  // namespace muir::server
