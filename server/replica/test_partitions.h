#pragma once

// Partitions for tests: two shards driven by hand on one thread, a clock that stands still, a disk in memory.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/replica/hosted_replicas.h"
#include "storage/disk/faulty_disk.h"
#include "storage/log/test_batches.h"

namespace muir::server::testing {

struct FakeBrokers final : storage::BrokerLiveness {
  std::optional<std::int64_t> alive_broker_epoch(NodeId broker) const override {
    const auto found = epochs.find(broker);
    return found == epochs.end() ? std::nullopt : std::optional(found->second);
  }
  bool is_shutting_down(NodeId) const override { return false; }

  std::map<NodeId, std::int64_t> epochs{{NodeId{1}, 101}, {NodeId{2}, 102}};
};

// The result of a task, once it has ended.
template <class T>
using Pending = std::shared_ptr<std::optional<T>>;

template <class T>
Task<void> keep_result(Task<T> task, Pending<T> into) {
  T value = co_await task;
  into->emplace(std::move(value));
}

class TestShards {
 public:
  ~TestShards() { turns(); }

  // Starts `task` on `shard` and runs until nothing moves any more.
  template <class T>
  Pending<T> start(Shard& shard, Task<T> task) {
    auto pending = std::make_shared<std::optional<T>>();
    struct Start final : Message {
      Shard* shard;
      Task<void> task;
      void run() override { shard->tasks().spawn("test", std::move(task)); }
    } message;
    message.shard = &shard;
    message.task = keep_result(std::move(task), pending);
    shard.send(message);
    turns();
    return pending;
  }

  // The same for a task that needs nothing more to end but threads of a pool.
  template <class T>
  T run(Shard& shard, Task<T> task) {
    const auto pending = start(shard, std::move(task));
    while (!*pending) {
      std::this_thread::yield();
      turns();
    }
    return std::move(**pending);
  }

  void turns() {
    for (bool is_busy = true; is_busy;) {
      is_busy = a.run_turn();
      is_busy = b.run_turn() || is_busy;
    }
  }

  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    turns();
  }

  ManualClock clock{storage::testing::kTestTime};
  Shard a{ShardId{0}, "a", clock};
  Shard b{ShardId{1}, "b", clock};
};

// A broker with id 1 whose partitions of one topic live on two shards.
struct TestBroker : TestShards {
  TestBroker() { EXPECT_TRUE(disk.create_directory("/data").get()); }

  std::shared_ptr<Partition> open(int index, storage::LogConfig config = {}, int min_isr = 1) {
    const TopicIdPartition id{{topic_id, PartitionId{index}}, StoredTopic{"t"}};
    auto log = storage::Log::open(*log_disk, {"/data/" + id.to_string(), config, topic_id}, clock);
    EXPECT_TRUE(log) << log.error().message();
    auto partition = std::make_shared<Partition>(
        id,
        PartitionHost{replicas.home_of(id.key),
                      {NodeId{1}},
                      brokers,
                      [this](const auto&, const storage::IsrProposal& proposal) { proposals.push_back(proposal); },
                      [this](const auto&, const Error& error) { failures.push_back(error); },
                      [this](const Partition& moved) { replicas.at_home_of(moved.id().key).partition_moved(moved); }},
        std::move(*log), min_isr, Offset{0});
    replicas.at_home_of(id.key).host(partition);
    return partition;
  }

  void lead(const std::shared_ptr<Partition>& partition, std::vector<NodeId> replicas_of = {NodeId{1}},
            std::vector<NodeId> isr = {NodeId{1}}, int epoch = 0) {
    const auto became =
        run(home(partition),
            partition->become_leader({NodeId{1}, Epoch{epoch}, epoch, std::move(replicas_of), std::move(isr), {}, {}}));
    EXPECT_TRUE(became);
  }

  // Broker 2 leads instead.
  void follow(const std::shared_ptr<Partition>& partition, int epoch) {
    const std::vector<NodeId> both{NodeId{1}, NodeId{2}};
    const auto became =
        run(home(partition), partition->become_follower({NodeId{2}, Epoch{epoch}, epoch, both, both, {}, {}}));
    EXPECT_TRUE(became);
  }

  std::shared_ptr<Partition> open_leader(int index) {
    auto partition = open(index);
    lead(partition);
    return partition;
  }

  Shard& home(const std::shared_ptr<Partition>& partition) { return replicas.home_of(partition->id().key); }

  Partition::Append append(const std::shared_ptr<Partition>& partition, int records = 1, bool all_in_sync = true,
                           std::size_t value_bytes = 10) {
    OwnedBytes batch = storage::testing::make_batch({.records = records, .value_bytes = value_bytes});
    return run(home(partition), partition->append(batch, all_in_sync, storage::AppendOrigin::client));
  }

  Result<PartitionRead> read(const std::shared_ptr<Partition>& partition, std::int64_t offset, FetchReader reader = {},
                             std::optional<Epoch> current = {}, std::optional<Epoch> last_fetched = {}) {
    return run(home(partition),
               partition->read({Offset{offset}, 1 << 20, true, current, last_fetched, Offset{0}, true}, reader));
  }

  Instant after(int ms) const { return clock.now() + std::chrono::milliseconds(ms); }

  Uuid topic_id = Uuid::from_halves(7, 7);
  storage::FaultyDisk disk{0, clock};
  storage::Disk* log_disk = &disk;  // Where open() opens logs.
  FakeBrokers brokers;
  std::vector<storage::IsrProposal> proposals;
  std::vector<Error> failures;
  HostedReplicas replicas{{&a, &b}};
};

}  // namespace muir::server::testing
