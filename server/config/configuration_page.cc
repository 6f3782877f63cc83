#include "server/config/configuration_page.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "server/config/config_value.h"
#include "server/config/key_table.h"

namespace muir::server {
namespace {

constexpr const char* kTypes[] = {"",     "boolean", "string", "int",   "short",
                                  "long", "double",  "list",   "class", "password"};
constexpr const char* kScopes[] = {"at start", "per broker", "cluster-wide"};

std::string in_cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

std::string print_default(const ConfigKey& key) {
  if (!key.has_default()) return "must be set";
  if (key.default_text.data() == nullptr) return "none";
  return key.default_text.empty() ? "(empty)" : "`" + std::string(key.default_text) + "`";
}

std::string row(const ConfigKey& key, bool with_scope) {
  std::string remark = in_cell(key.note);
  if (key.internal) remark = remark.empty() ? "Internal." : "Internal. " + remark;
  const std::string scope = with_scope ? fmt::format(" {} |", kScopes[static_cast<int>(key.scope)]) : "";
  return fmt::format("| `{}` | {} | {} | {} |{} {} |\n", key.name, kTypes[static_cast<int>(key.type)],
                     print_default(key), in_cell(describe_rule(key.rule)), scope, remark);
}

std::string table(std::string_view title, const std::vector<ConfigKey>& keys, bool with_scope) {
  std::string out = fmt::format("## {} ({})\n\n", title, keys.size());
  out += with_scope ? "| key | type | default | allowed | changes | remark |\n| --- | --- | --- | --- | --- | --- |\n"
                    : "| key | type | default | allowed | remark |\n| --- | --- | --- | --- | --- |\n";
  for (const ConfigKey& key : keys) out += row(key, with_scope);
  return out + "\n";
}

std::vector<ConfigKey> broker_keys_with(Fate fate) {
  std::vector<ConfigKey> keys;
  std::ranges::copy_if(broker_keys(), std::back_inserter(keys), [&](const ConfigKey& key) { return key.fate == fate; });
  return keys;
}

std::vector<ConfigKey> copy(std::span<const ConfigKey> keys) { return {keys.begin(), keys.end()}; }

std::string resource_table(std::string_view title, std::span<const ConfigKey> keys) {
  return table(title, copy(keys), false);
}

}  // namespace

std::string render_configuration_tables() {
  std::vector<ConfigKey> protecting = broker_keys_with(Fate::protects);
  std::vector<ConfigKey> honoured = broker_keys_with(Fate::honoured);
  for (const ConfigKey& key : plugin_keys()) (key.fate == Fate::protects ? protecting : honoured).push_back(key);
  std::ranges::sort(protecting, {}, &ConfigKey::name);
  std::ranges::sort(honoured, {}, &ConfigKey::name);
  return table("Keys of our own", copy(muir_keys()), true) +
         table("Keys that stop the start unless they have their default", protecting, true) +
         table("Keys without meaning here", broker_keys_with(Fate::no_meaning), true) +
         table("Keys that wait for their part of the broker", broker_keys_with(Fate::waiting), true) +
         table("Keys that do what they do in Apache Kafka", honoured, true) +
         resource_table("Topic keys", topic_keys()) + resource_table("Group keys", group_keys()) +
         resource_table("Client-metrics keys", client_metrics_keys());
}

}  // namespace muir::server
