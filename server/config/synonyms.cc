// Keys that mean the same under another name, in another unit, or for another kind of resource.
#include <algorithm>
#include <array>

#include "server/config/key_table.h"

namespace muir::server {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;

// Columns: topic key, broker key, milliseconds per unit of the broker's.
constexpr TopicSynonym kTopicSynonyms[] = {
    {"cleanup.policy", "log.cleanup.policy"},
    {"compression.gzip.level", "compression.gzip.level"},
    {"compression.lz4.level", "compression.lz4.level"},
    {"compression.type", "compression.type"},
    {"compression.zstd.level", "compression.zstd.level"},
    {"delete.retention.ms", "log.cleaner.delete.retention.ms"},
    {"file.delete.delay.ms", "log.segment.delete.delay.ms"},
    {"flush.messages", "log.flush.interval.messages"},
    {"flush.ms", "log.flush.interval.ms"},
    {"flush.ms", "log.flush.scheduler.interval.ms"},
    {"index.interval.bytes", "log.index.interval.bytes"},
    {"local.retention.bytes", "log.local.retention.bytes"},
    {"local.retention.ms", "log.local.retention.ms"},
    {"max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"},
    {"max.message.bytes", "message.max.bytes"},
    {"message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms"},
    {"message.timestamp.before.max.ms", "log.message.timestamp.before.max.ms"},
    {"message.timestamp.type", "log.message.timestamp.type"},
    {"min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"},
    {"min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms"},
    {"min.insync.replicas", "min.insync.replicas"},
    {"preallocate", "log.preallocate"},
    {"retention.bytes", "log.retention.bytes"},
    {"retention.ms", "log.retention.ms"},
    {"retention.ms", "log.retention.minutes", kMinute},
    {"retention.ms", "log.retention.hours", kHour},
    {"segment.bytes", "log.segment.bytes"},
    {"segment.index.bytes", "log.index.size.max.bytes"},
    {"segment.jitter.ms", "log.roll.jitter.ms"},
    {"segment.jitter.ms", "log.roll.jitter.hours", kHour},
    {"segment.ms", "log.roll.ms"},
    {"segment.ms", "log.roll.hours", kHour},
    {"unclean.leader.election.enable", "unclean.leader.election.enable"},
};

constexpr std::string_view kRoll[] = {"log.roll.ms", "log.roll.hours"};
constexpr std::string_view kJitter[] = {"log.roll.jitter.ms", "log.roll.jitter.hours"};
constexpr std::string_view kRetention[] = {"log.retention.ms", "log.retention.minutes", "log.retention.hours"};
constexpr std::string_view kFlush[] = {"log.flush.interval.ms", "log.flush.scheduler.interval.ms"};

}  // namespace

std::span<const TopicSynonym> topic_synonyms() { return kTopicSynonyms; }

std::span<const TopicSynonym> synonyms_of_topic_key(std::string_view topic_key) {
  const auto range = std::ranges::equal_range(kTopicSynonyms, topic_key, {}, &TopicSynonym::topic_key);
  return {range.begin(), range.end()};
}

std::string_view synonym_of_group_key(std::string_view group_key) {
  // Every group key `x.y` is the broker's `group.x.y`, when the broker has that one.
  static const auto names = [] {
    std::array<std::pair<std::string_view, std::string_view>, 17> pairs{};
    for (std::size_t i = 0; const ConfigKey& key : group_keys()) {
      const auto broker = std::ranges::find_if(broker_keys(), [&](const ConfigKey& b) {
        return b.name.starts_with("group.") && b.name.substr(6) == key.name;
      });
      pairs.at(i++) = {key.name, broker == broker_keys().end() ? std::string_view{} : broker->name};
    }
    return pairs;
  }();
  for (const auto& [group, broker] : names)
    if (group == group_key) return broker;
  return {};
}

std::span<const std::string_view> broker_synonyms(std::string_view broker_key) {
  if (std::ranges::find(kRoll, broker_key) != std::end(kRoll)) return kRoll;
  if (std::ranges::find(kJitter, broker_key) != std::end(kJitter)) return kJitter;
  if (std::ranges::find(kRetention, broker_key) != std::end(kRetention)) return kRetention;
  if (broker_key == kFlush[0]) return kFlush;  // Not the other way: the scheduler's interval is a key of its own.
  if (const ConfigKey* key = find_broker_key(broker_key)) return {&key->name, 1};
  return {};
}

}  // namespace muir::server
