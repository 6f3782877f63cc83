#include "server/config/topic_values.h"

#include <limits>
#include <optional>

#include "server/config/config_text.h"
#include "server/config/key_table.h"

namespace muir::server {
namespace {

// log.retention.hours and its like, in milliseconds; what would not fit stays at the largest.
std::string convert(const std::string& text, const TopicSynonym& synonym) {
  if (synonym.factor == 1) return text;
  const std::int64_t number = std::stoll(text);
  std::int64_t product = 0;
  if (__builtin_mul_overflow(number, synonym.factor, &product)) product = std::numeric_limits<std::int64_t>::max();
  return std::to_string(product);
}

std::optional<std::string> broker_value(std::string_view topic_key, const BrokerConfig& broker) {
  for (const TopicSynonym& synonym : synonyms_of_topic_key(topic_key)) {
    const auto text = broker.value(synonym.broker_key);
    if (!text) continue;
    const std::string converted = convert(*text, synonym);
    // Kafka reads every negative log.retention.* as "for ever".
    return topic_key == "retention.ms" && converted.starts_with('-') ? "-1" : converted;
  }
  return std::nullopt;
}

}  // namespace

ConfigMap topic_layers(const ConfigMap& topic, const BrokerConfig& broker) {
  ConfigMap layers;
  for (const ConfigKey& key : topic_keys()) {
    const auto own = topic.find(key.name);
    const auto text = own != topic.end() ? std::optional(own->second) : broker_value(key.name, broker);
    if (text) layers.emplace(key.name, *text);
  }
  return layers;
}

ConfigMap keep_valid_topic_configs(const ConfigMap& topic) {
  ConfigMap valid;
  for (const auto& [name, text] : topic) {
    const ConfigKey* key = find_topic_key(name);
    if (key != nullptr && parse_value(*key, text)) valid.emplace(name, text);
  }
  return valid;
}

}  // namespace muir::server
