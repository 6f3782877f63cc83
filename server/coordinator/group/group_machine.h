#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/coordinator/group/classic_groups.h"
#include "server/coordinator/group/committed_offsets.h"
#include "server/coordinator/group/group_settings.h"
#include "server/coordinator/state_machine/state_machine.h"

namespace muir::server {

// OffsetCommit, decoded.  Names are stored names.
struct CommitCommand {
  struct Partition {
    std::int32_t index = 0;
    std::int64_t offset = 0;
    std::int32_t leader_epoch = -1;
    std::string metadata;
  };
  struct Topic {
    std::string name;
    Uuid id;  // Zero: the client knows names only.
    std::vector<Partition> partitions;
  };

  std::string group_id;
  MemberIdentity member;  // Views the request.
  std::int32_t generation_id = -1;
  std::int16_t api_version = 0;
  std::optional<std::int64_t> retention_ms;  // Until version 4.
  std::vector<Topic> topics;
};

// A code for each partition of a command, in its order; or one for all.
struct PartitionCodes {
  wire::ErrorCode error = wire::ErrorCode::NONE;
  std::vector<std::vector<wire::ErrorCode>> topics;
};

struct TopicPartitions {
  std::string name;
  std::vector<std::int32_t> partitions;
};

// OffsetFetch for one group, decoded.
struct OffsetFetchCommand {
  struct Topic {
    std::string name;
    Uuid id;  // Zero: the client knows names only.
    std::vector<std::int32_t> partitions;
  };
  std::string group_id;
  std::optional<std::vector<Topic>> topics;  // None: everything that the group has committed.
  bool require_stable = false;
};

// What OffsetFetch answers; null for a partition that the group has not committed.
struct FetchedOffsets {
  struct Partition {
    std::int32_t index = 0;
    wire::ErrorCode error = wire::ErrorCode::NONE;
    std::optional<CommittedOffset> committed;
  };
  struct Topic {
    std::string name;
    Uuid id;
    std::vector<Partition> partitions;
  };
  std::vector<Topic> topics;
};

// What DescribeGroups says of one group.
struct GroupDescription {
  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id, client_host;
    SharedBytes metadata, assignment;
  };

  std::string_view state;
  std::string protocol_type, protocol_data;
  std::vector<Member> members;
};

// What ListGroups says of one group.
struct GroupListing {
  std::string group_id, protocol_type;
  std::string_view state;
};

// The group coordinator of one partition of __consumer_offsets: classic groups, and the offsets that they commit.
// Owner: a StateMachinePartition.
class GroupMachine final : public StateMachine {
 public:
  // `settings` outlives it.
  GroupMachine(const GroupSettings& settings, ClassicGroups::NewId new_id)
      : settings_(settings), groups_(settings, std::move(new_id)) {}

  ClassicGroups& groups() { return groups_; }
  const ClassicGroups& groups() const { return groups_; }
  const CommittedOffsets& offsets() const { return offsets_; }

  // --- commands (group_offsets.cc).  Their codes hold once the records are committed.
  PartitionCodes commit_offsets(const CommitCommand& command, Moment now, Effects& effects);
  PartitionCodes delete_offsets(std::string_view group_id, const std::vector<TopicPartitions>& topics,
                                Effects& effects);
  wire::ErrorCode delete_group(std::string_view group_id, Effects& effects);
  // Topics that are no more: nobody's offsets of them are kept.
  void delete_topics_offsets(std::string_view topic, const Uuid& topic_id, Effects& effects);

  // --- what is there (group_description.cc)
  FetchedOffsets fetch_offsets(const OffsetFetchCommand& command) const;
  std::optional<GroupDescription> describe(std::string_view group_id) const;
  std::vector<GroupListing> list() const;

  // --- StateMachine
  bool replay(const ReplayedRecord& record, bool is_live) override;
  void replay_end_of_transaction(ProducerId producer, bool is_commit) override;
  void loaded(Moment now, Effects& effects) override;
  void unloaded(Effects& effects) override;
  std::optional<Instant> next_deadline() const override;
  void tick(Moment now, Effects& effects) override;

 private:
  FetchedOffsets::Partition fetch_offset(const OffsetFetchCommand& command, const OffsetFetchCommand::Topic& topic,
                                         std::int32_t partition) const;
  wire::ErrorCode validate_commit(const CommitCommand& command, Moment now);
  wire::ErrorCode validate_commit_of(const ClassicGroup& group, const CommitCommand& command) const;
  void remove_expired(Moment now, Effects& effects);
  bool remove_expired_of(const ClassicGroup& group, Moment now, Effects& effects) const;

  const GroupSettings& settings_;
  ClassicGroups groups_;
  CommittedOffsets offsets_;
  std::int64_t now_ms_ = 0;  // Of the last event: what a group that replay makes is told.
  std::optional<Instant> next_expiry_;
};

}  // namespace muir::server
