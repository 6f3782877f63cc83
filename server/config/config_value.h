#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/config/config_error.h"
#include "server/config/config_key.h"

namespace muir::server {

// A parsed value; monostate is Kafka's null.  STRING, CLASS and PASSWORD are text.
using ConfigValue = std::variant<std::monostate, bool, std::int16_t, std::int32_t, std::int64_t, double, std::string,
                                 std::vector<std::string>>;

// Parses `text` by the key's type and checks it against the key's rule, with Kafka's messages.  Whitespace around the
// value is ignored, a list loses its duplicates.
ConfigResult<ConfigValue> parse_value(const ConfigKey& key, std::string_view text);

// The default, parsed.  Fails for a key that has none.
ConfigResult<ConfigValue> default_value(const ConfigKey& key);

// As Kafka prints it (a list joined by commas, a double as Java's toString); null for null.
std::optional<std::string> to_text(const ConfigValue& value);

// What the rule allows, in words: "[1,...]", "[compact, delete]"; empty when anything goes.
std::string describe_rule(const Rule& rule);

}  // namespace muir::server
