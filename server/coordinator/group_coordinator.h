#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "server/coordinator/group/group_machine.h"
#include "server/coordinator/state_machine_partition.h"
#include "server/metadata/metadata_image.h"
#include "server/publishing/metadata_publisher.h"
#include "server/replica/hosted_replicas.h"
#include "wire/base/task.h"
#include "wire/codec/error_code.h"

namespace muir::server {

inline const StoredTopic kOffsetsTopic{"__consumer_offsets"};

// The group coordinator of this broker: a GroupMachine on each partition of __consumer_offsets that it leads.  A group
// lives in the partition that Java's hash of its id names.
//
// execute(), execute_and_wait() and for_each() may be called on any shard; a machine is touched on its partition's
// shard only.  The rest: on the first shard, where the metadata is published.
class GroupCoordinator final : public MetadataSubscriber {
 public:
  struct Settings {
    GroupSettings groups;
    LogWrites writes;
    std::int32_t num_partitions = 50;  // offsets.topic.num.partitions: while there is no topic.
  };

  GroupCoordinator(HostedReplicas& replicas, NodeId node_id, Settings settings);
  ~GroupCoordinator();

  const GroupSettings& settings() const { return settings_.groups; }

  PartitionId partition_of(const MetadataImage& image, std::string_view group_id) const;

  // What a command yields: `error` says whether it was carried out; `value` holds if it was.
  template <class R>
  struct Outcome {
    wire::ErrorCode error = wire::ErrorCode::NONE;
    R value{};
  };

  // Calls `decide(GroupMachine&, Moment, Effects&) -> R` where the group lives, and ends when what it wrote is
  // committed.  Fails with NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, or what the log said.
  template <class F, class R = std::invoke_result_t<F&, GroupMachine&, Moment, Effects&>>
  Task<Outcome<R>> execute(MetadataImagePtr image, std::string_view group_id, F decide) {
    const auto home = find_home(*image, partition_of(*image, group_id));
    if (!home) co_return Outcome<R>{wire::ErrorCode::NOT_COORDINATOR, {}};
    auto there = [this, &home, &decide] { return execute_at_home<F, R>(*home, decide); };
    co_return co_await call(replicas_.home_of(home->key), std::move(there));
  }

  // The same for a command whose answer may come much later: `decide(GroupMachine&, Reply, Moment, Effects&)` keeps
  // the reply, and whoever completes it ends the wait.
  template <class R, class F>
  Task<Outcome<R>> execute_and_wait(MetadataImagePtr image, std::string_view group_id, F decide) {
    const auto home = find_home(*image, partition_of(*image, group_id));
    if (!home) co_return Outcome<R>{wire::ErrorCode::NOT_COORDINATOR, {}};
    auto there = [this, &home, &decide] { return wait_at_home<R, F>(*home, decide); };
    co_return co_await call(replicas_.home_of(home->key), std::move(there));
  }

  // Asks each machine that is loaded, wherever it is: `ask(const GroupMachine&)`, one after the other on its shard.
  // False if one is still loading.
  Task<bool> for_each(std::function<void(const GroupMachine&)> ask);

  Task<void> apply(MetadataImagePtr image, const MetadataChanges& changes) override;

  // Everybody who waits is sent away, nobody is served any more.
  Task<void> stop();

 private:
  struct Home {
    PartitionKey key;
    Epoch leader_epoch;
  };
  struct Loaded {
    Epoch leader_epoch;
    std::shared_ptr<StateMachinePartition> partition;
  };
  using Hosted = std::map<PartitionKey, Loaded>;  // One a shard.

  std::optional<Home> find_home(const MetadataImage& image, PartitionId partition) const;
  static GroupMachine& machine_of(StateMachinePartition& partition) {
    return static_cast<GroupMachine&>(partition.machine());
  }

  template <class F, class R>
  Task<Outcome<R>> execute_at_home(const Home& home, F& decide) {
    const auto hosted = find_hosted(home.key);
    if (!hosted) co_return Outcome<R>{wire::ErrorCode::NOT_COORDINATOR, {}};
    Outcome<R> outcome;
    StateMachinePartition::Decide run = [&](Moment now, Effects& effects) {
      outcome.value = decide(machine_of(*hosted), now, effects);
    };
    outcome.error = co_await hosted->execute(std::move(run));
    co_return outcome;
  }

  template <class R, class F>
  Task<Outcome<R>> wait_at_home(const Home& home, F& decide) {
    const auto hosted = find_hosted(home.key);
    if (!hosted) co_return Outcome<R>{wire::ErrorCode::NOT_COORDINATOR, {}};
    Completion<R> answer;
    bool was_decided = false;
    StateMachinePartition::Decide run = [&](Moment now, Effects& effects) {
      was_decided = true;
      decide(machine_of(*hosted), [&answer](R value) { answer.complete(std::move(value)); }, now, effects);
    };
    const wire::ErrorCode error = co_await hosted->execute(std::move(run));
    if (!was_decided) co_return Outcome<R>{error, {}};
    // Whatever became of the records, the machine answers.
    R value = co_await answer;
    co_return Outcome<R>{wire::ErrorCode::NONE, std::move(value)};
  }

  std::shared_ptr<StateMachinePartition> find_hosted(const PartitionKey& key);
  Task<void> follow(MetadataImagePtr image);
  Task<void> follow_on(std::size_t shard, const std::map<PartitionKey, Epoch>& led);
  Task<void> load(PartitionKey key, Epoch leader_epoch);
  static Task<void> load_and_keep(std::shared_ptr<StateMachinePartition> partition);
  Task<void> ask_on(std::size_t shard, const std::function<void(const GroupMachine&)>& ask, bool& all_loaded);
  Task<void> forget_topics(const MetadataChanges& changes);
  Task<void> forget_topic_on(std::size_t shard, const Uuid& id, std::string_view name);

  HostedReplicas& replicas_;
  const NodeId node_id_;
  const Settings settings_;
  std::vector<Hosted> hosted_;  // By shard, touched there.
  bool is_stopped_ = false;     // On the first shard.
};

}  // namespace muir::server
