#include "server/config/key_table.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/config/config_value.h"
#include "server/config/recorded_table.h"

namespace muir::server {
namespace {

constexpr const char* kTypes[] = {"",     "BOOLEAN", "STRING", "INT",   "SHORT",
                                  "LONG", "DOUBLE",  "LIST",   "CLASS", "PASSWORD"};
constexpr const char* kImportances[] = {"LOW", "MEDIUM", "HIGH"};
constexpr const char* kScopes[] = {"read-only", "per-broker", "cluster-wide"};

std::vector<std::span<const ConfigKey>> all_tables() {
  return {broker_keys(), topic_keys(), group_keys(), client_metrics_keys(), muir_keys(), plugin_keys()};
}

std::string print_default(const ConfigKey& key) {
  if (!key.has_default()) return "required";
  return key.default_text.data() == nullptr ? "null" : "=" + std::string(key.default_text);
}

std::string print_list_flags(const Rule& rule) {
  if (rule.kind != Rule::Kind::list) return "";
  return std::string(rule.empty_allowed ? "empty" : "") + (rule.null_allowed ? "null" : "");
}

// A row as testdata/keys.tsv has it, which was printed from Kafka's own definitions.
std::string as_row(std::string_view resource, const ConfigKey& key) {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", resource, key.name, kTypes[static_cast<int>(key.type)],
                     print_default(key), describe_rule(key.rule), print_list_flags(key.rule),
                     kImportances[static_cast<int>(key.importance)], key.internal,
                     resource == "broker" ? kScopes[static_cast<int>(key.scope)] : "");
}

TEST(KeyTable, EveryRowIsApacheKafkasDefinition) {
  std::map<std::string, std::string> ours, theirs;
  const auto put = [&](std::string_view resource, std::span<const ConfigKey> keys) {
    for (const ConfigKey& key : keys) ours[fmt::format("{} {}", resource, key.name)] = as_row(resource, key);
  };
  put("broker", broker_keys());
  put("topic", topic_keys());
  put("group", group_keys());
  put("client-metrics", client_metrics_keys());
  for (const auto& row : read_recorded_table("keys.tsv"))
    theirs[row[0] + " " + row[1]] = fmt::format("{}", fmt::join(row, "\t"));

  EXPECT_EQ(theirs.size(), 363u + 34 + 17 + 3);
  EXPECT_EQ(ours.size(), theirs.size());
  for (const auto& [name, row] : theirs) EXPECT_EQ(ours[name], row);
}

TEST(KeyTable, CountsAreThoseOfVersion431) {
  EXPECT_EQ(broker_keys().size(), 363u);
  EXPECT_EQ(topic_keys().size(), 34u);
  EXPECT_EQ(group_keys().size(), 17u);
  EXPECT_EQ(client_metrics_keys().size(), 3u);
}

TEST(KeyTable, IsSortedSoThatEveryKeyIsFound) {
  for (const auto keys : all_tables())
    EXPECT_TRUE(std::ranges::is_sorted(keys, std::less{}, &ConfigKey::name)) << keys.front().name;
  for (const ConfigKey& key : broker_keys()) EXPECT_EQ(find_broker_key(key.name), &key);
  EXPECT_EQ(find_broker_key("log.dir"), find_broker_key("log.dirs") - 2);
  EXPECT_EQ(find_broker_key(""), nullptr);
  EXPECT_EQ(find_broker_key("zzz"), nullptr);
}

TEST(KeyTable, EveryDefaultPassesItsOwnRuleAndPrintsAsWritten) {
  for (const auto keys : all_tables())
    for (const ConfigKey& key : keys) {
      if (!key.has_default()) continue;
      const auto value = default_value(key);
      ASSERT_TRUE(value) << value.error().message;
      EXPECT_EQ(to_text(*value),
                key.default_text.data() == nullptr ? std::nullopt : std::optional(std::string(key.default_text)))
          << key.name;
    }
}

TEST(KeyTable, OnlyWhatProtectsHasASampleAndItAlwaysHasARemedy) {
  for (const auto keys : all_tables())
    for (const ConfigKey& key : keys) {
      EXPECT_EQ(key.fate == Fate::protects, !key.sample.empty()) << key.name;
      const bool owes_a_note = key.fate == Fate::protects || key.fate == Fate::no_meaning;
      EXPECT_FALSE(owes_a_note && key.note.empty()) << key.name;
    }
}

TEST(KeyTable, SynonymsAreKnownKeys) {
  for (const TopicSynonym& synonym : topic_synonyms()) {
    EXPECT_NE(find_topic_key(synonym.topic_key), nullptr) << synonym.topic_key;
    EXPECT_NE(find_broker_key(synonym.broker_key), nullptr) << synonym.broker_key;
    EXPECT_FALSE(synonyms_of_topic_key(synonym.topic_key).empty());
  }
  EXPECT_EQ(synonym_of_group_key("consumer.session.timeout.ms"), "group.consumer.session.timeout.ms");
  EXPECT_EQ(synonym_of_group_key("share.isolation.level"), "");
}

TEST(KeyTable, ListenerPrefixIsStripped) {
  EXPECT_EQ(strip_listener_prefix("listener.name.internal.ssl.client.auth"), "ssl.client.auth");
  EXPECT_EQ(strip_listener_prefix("listener.name.internal"), "");
  EXPECT_EQ(strip_listener_prefix("listeners"), "");
}

}  // namespace
}  // namespace muir::server
