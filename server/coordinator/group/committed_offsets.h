#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/coordinator/group/group_record.h"
#include "wire/base/ids.h"
#include "wire/base/uuid.h"

namespace muir::server {

// How far a group has read a partition.
struct CommittedOffset {
  std::int64_t offset = 0;
  std::int32_t leader_epoch = -1;
  std::string metadata;
  std::int64_t commit_timestamp_ms = 0;
  std::optional<std::int64_t> expire_timestamp_ms;  // Old clients said how long to keep it.
  Uuid topic_id;                                    // Zero: committed by name alone.
  Offset record_offset;                             // Where the record stands in the log.

  bool operator==(const CommittedOffset&) const = default;
};

// Committed offsets by group, topic and partition.
class OffsetTable {
 public:
  using Partitions = std::map<std::int32_t, CommittedOffset>;
  using Topics = std::map<std::string, Partitions, std::less<>>;
  using Groups = std::map<std::string, Topics, std::less<>>;

  const Groups& groups() const { return groups_; }
  const Topics* topics_of(std::string_view group) const;
  const CommittedOffset* find(std::string_view group, std::string_view topic, std::int32_t partition) const;
  void put(std::string_view group, std::string_view topic, std::int32_t partition, CommittedOffset offset);
  void remove(std::string_view group, std::string_view topic, std::int32_t partition);

  bool operator==(const OffsetTable&) const = default;

 private:
  Groups groups_;
};

// The durable offsets of a coordinator, and those that hang on a transaction.  Changed by replay() and
// end_of_transaction() alone.  Owner: GroupMachine.
class CommittedOffsets {
 public:
  void replay(const OffsetCommitRecord& record, Offset record_offset, ProducerId producer);

  // Commits or forgets what the producer's transaction holds.  A newer offset that was committed without it stays.
  void end_of_transaction(ProducerId producer, bool is_commit);

  const OffsetTable& stable() const { return stable_; }
  bool is_pending(std::string_view group, std::string_view topic, std::int32_t partition) const;
  bool has_pending(std::string_view group) const;

  // The partitions of the group that only a transaction knows, each once.
  std::set<std::pair<std::string, std::int32_t>> pending_of(std::string_view group) const;

  // Who has committed offsets of this topic, in a transaction or not.
  struct Commit {
    std::string group;
    std::int32_t partition;
    Uuid topic_id;
  };
  std::vector<Commit> of_topic(std::string_view topic) const;

  bool operator==(const CommittedOffsets&) const = default;

 private:
  OffsetTable stable_;
  std::map<ProducerId, OffsetTable> pending_;
};

}  // namespace muir::server
