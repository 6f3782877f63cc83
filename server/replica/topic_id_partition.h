#pragma once

#include <compare>
#include <functional>
#include <string>

#include <fmt/format.h>

#include "server/metadata/topic_name.h"
#include "wire/base/ids.h"
#include "wire/base/uuid.h"

namespace muir::server {

// A partition of one incarnation of a topic: a topic created again under its old name has another id (KIP-516).
struct PartitionKey {
  Uuid topic_id;
  PartitionId partition;
  auto operator<=>(const PartitionKey&) const = default;
};

struct TopicIdPartition {
  PartitionKey key;
  StoredTopic topic;

  // "topic-0", as its directory is called and log lines say it.
  std::string to_string() const { return fmt::format("{}-{}", topic.name, key.partition.value); }
};

}  // namespace muir::server

template <>
struct std::hash<muir::server::PartitionKey> {
  std::size_t operator()(const muir::server::PartitionKey& key) const noexcept {
    return std::hash<muir::Uuid>{}(key.topic_id) * 31 + static_cast<std::size_t>(key.partition.value);
  }
};
