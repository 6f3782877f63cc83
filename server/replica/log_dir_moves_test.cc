#include "server/replica/log_dir_moves.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "server/replica/test_partitions.h"

namespace muir::server {
namespace {

using std::chrono::milliseconds;

const Uuid kDirA = Uuid::from_halves(9, 1);
const Uuid kDirB = Uuid::from_halves(9, 2);
const TopicIdPartition kId{{Uuid::from_halves(7, 7), PartitionId{0}}, StoredTopic{"t"}};

Task<bool> ended(Task<void> task) {
  co_await task;
  co_return true;
}

// A broker with two log directories and one partition, from start to stop.  What the controller knows is in
// `assigned`, which outlives it, as does the disk.
struct MovingBroker : testing::TestShards {
  MovingBroker(storage::FaultyDisk& d, Uuid& assigned_dir) : disk(d), assigned(assigned_dir) {
    config.segment_bytes = 2000;
    config.flush_messages = 1;  // What was acknowledged is durable.
  }
  ~MovingBroker() { stop(); }

  Result<void> start() {
    auto started = LogManager::start(disk, {{{"/a", kDirA}, {"/b", kDirB}}, {}, 0}, clock);
    if (!started) return started.error();
    logs = std::move(*started);
    LogLoadPlan plan;
    plan.is_assigned_here = [](const PartitionKey& key) { return key == kId.key; };
    plan.directory_of = [this](const PartitionKey&) { return assigned; };
    plan.config_of = [this](const std::string&) { return config; };
    if (const auto loaded = logs->load(plan); !loaded) return loaded.error();
    moves = std::make_unique<LogDirMoves>(a, replicas, *logs, pool, moves_host());
    auto log = logs->take(kId.key);
    if (!log) {
      auto created = run(a, logs->create(pool, kId, assigned, false, config));
      if (!created) return created.error();
      log = std::move(*created);
    }
    host(std::move(*log));
    if (auto future = logs->take_future(kId.key)) run(a, ended(moves->resume(kId, std::move(*future))));
    return ok();
  }

  LogDirMovesHost moves_host() {
    LogDirMovesHost host;
    host.assign = [this](PartitionKey, Uuid directory) -> Task<bool> { return assign(directory); };
    host.write_log_offsets = [this] { return write_log_offsets(); };
    host.dir_failed = [this](std::string dir) { return fail(std::move(dir)); };
    return host;
  }
  Task<bool> assign(Uuid directory) {
    if (controller_is_deaf) co_return false;
    assigned = directory;
    co_return true;
  }
  Task<void> write_log_offsets() {
    OffsetsByDir starts;
    const auto add = [&starts](const storage::Log& log) {
      starts[LogManager::dir_of(log.directory())][{"t", PartitionId{0}}] = log.log_start_offset();
    };
    add(partition->log());
    if (partition->future()) add(partition->future()->log());
    co_await logs->write_checkpoint(storage::kLogStartCheckpoint, std::move(starts));
  }
  Task<void> fail(std::string dir) {
    failed_dirs.insert(dir);
    static_cast<void>(logs->dir_failed(dir));
    co_return;
  }

  void host(OpenedLog log) {
    partition =
        std::make_shared<Partition>(kId,
                                    PartitionHost{home(),
                                                  {NodeId{1}},
                                                  brokers,
                                                  [](const auto&, const auto&) {},
                                                  [this](const auto& failed, const Error&) {
                                                    failed_dirs.insert(LogManager::dir_of(failed->log().directory()));
                                                    failed->stop(ReplicaErrc::kafka_storage_error);
                                                  }},
                                    std::move(log.log), 1, log.high_watermark);
    replicas.at_home_of(kId.key).host(partition);
    static_cast<void>(
        run(home(), partition->become_leader({NodeId{1}, Epoch{3}, 1, {NodeId{1}}, {NodeId{1}}, {}, {}})));
  }

  Shard& home() { return replicas.home_of(kId.key); }

  // Yields the batch as it is in the log, or nothing if it was not acknowledged.
  OwnedBytes append(std::int64_t producer_id = -1, std::int32_t sequence = -1) {
    OwnedBytes batch =
        storage::testing::make_batch({.value_bytes = 200,
                                      .producer_id = producer_id,
                                      .producer_epoch = static_cast<std::int16_t>(producer_id < 0 ? -1 : 0),
                                      .base_sequence = sequence});
    const auto appended = run(home(), partition->append(batch, true, storage::AppendOrigin::client));
    bool is_acknowledged = !appended.error;
    if (is_acknowledged && appended.awaits_flush)
      is_acknowledged = run(home(), partition->await_flushed(appended.end_offset())).has_value();
    if (!is_acknowledged) batch.clear();
    return batch;
  }

  Result<void> move_to(const std::string& dir) { return run(a, moves->alter(kId, dir)); }

  std::string dir() { return LogManager::dir_of(partition->log().directory()); }

  // Until nothing moves any more; not for a controller that does not listen.
  void settle() {
    for (int passes = 0; a.tasks().size() + b.tasks().size() > 0 && (passes < 200 || !controller_is_deaf); ++passes) {
      pass(milliseconds{1});
      std::this_thread::yield();
    }
  }

  void stop() {
    if (partition == nullptr) return;
    controller_is_deaf = false;
    partition->stop(ReplicaErrc::not_leader_or_follower);
    settle();
    partition.reset();
    static_cast<void>(replicas.at_home_of(kId.key).forget(kId.key));
    logs.reset();
  }

  storage::FaultyDisk& disk;
  Uuid& assigned;
  Pool pool{1};
  storage::LogConfig config;
  testing::FakeBrokers brokers;
  std::unique_ptr<LogManager> logs;
  HostedReplicas replicas{{&a, &b}};
  std::shared_ptr<Partition> partition;
  std::unique_ptr<LogDirMoves> moves;
  std::set<std::string> failed_dirs;
  bool controller_is_deaf = false;
};

struct LogDirMovesTest : ::testing::Test {
  std::unique_ptr<MovingBroker> boot() {
    auto broker = std::make_unique<MovingBroker>(disk, assigned);
    const auto started = broker->start();
    EXPECT_TRUE(started) << started.error().message();
    return broker;
  }
  std::size_t count(std::string_view dir, std::string_view suffix) {
    const auto names = disk.list(std::string(dir)).get();
    if (!names) return 0;
    return static_cast<std::size_t>(std::ranges::count_if(
        *names, [&](const std::string& name) { return name.starts_with("t-0") && name.ends_with(suffix); }));
  }

  ManualClock clock{storage::testing::kTestTime};
  storage::FaultyDisk disk{0, clock};
  Uuid assigned = kDirA;
};

// Everything that can be read from `start` on.
OwnedBytes content(MovingBroker& broker, Offset start = Offset{0}) {
  OwnedBytes all;
  storage::Log& log = broker.partition->log();
  for (Offset at = start; at < log.log_end_offset();) {
    const auto slice = log.read(at, 1 << 20, true, log.log_end_offset()).get();
    if (!slice || slice->bytes.file == nullptr) return all;
    OwnedBytes bytes(slice->bytes.size_bytes);
    EXPECT_TRUE(slice->bytes.file->read(slice->bytes.position, bytes).get());
    for (ByteView rest = bytes; !rest.empty();) {
      const auto batch = wire::BatchView::parse(rest);
      if (!batch) return all;
      all.insert(all.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(batch->size_bytes()));
      at = batch->end_offset();
      rest = rest.subspan(batch->size_bytes());
    }
  }
  return all;
}

void extend(OwnedBytes& all, const OwnedBytes& batch) { all.insert(all.end(), batch.begin(), batch.end()); }

TEST_F(LogDirMovesTest, AReplicaMovesWithEverythingThatItsLogKnows) {
  auto broker = boot();
  OwnedBytes expected;
  for (int i = 0; i < 20; ++i) extend(expected, broker->append(42, i));
  broker->pass(milliseconds{1});
  ASSERT_TRUE(broker->run(broker->home(), broker->partition->delete_records(Offset{3}, broker->clock.now())));
  const auto epochs = broker->partition->log().leader_epochs().entries();

  ASSERT_TRUE(broker->move_to("/b"));
  for (int i = 20; i < 25; ++i) extend(expected, broker->append(42, i));
  broker->settle();

  EXPECT_EQ(broker->dir(), "/b");
  EXPECT_EQ(assigned, kDirB);
  EXPECT_EQ(broker->partition->future(), nullptr);
  const storage::Log& log = broker->partition->log();
  EXPECT_EQ(log.log_start_offset(), Offset{3});
  EXPECT_EQ(log.log_end_offset(), Offset{25});
  EXPECT_EQ(log.high_watermark(), Offset{25});
  EXPECT_EQ(log.leader_epochs().entries().back(), epochs.back());
  const OwnedBytes kept = content(*broker, Offset{3});
  EXPECT_TRUE(std::ranges::equal(kept, ByteView(expected).last(kept.size())));
  EXPECT_TRUE(broker->append(42, 24).size() > 0) << "a producer that tries again is not written twice";
  EXPECT_EQ(broker->partition->log().log_end_offset(), Offset{25});
  EXPECT_EQ(count("/a", "-delete"), 1u);
  EXPECT_FALSE(disk.exists("/a/t-0"));
}

TEST_F(LogDirMovesTest, AMoveIsCancelledByGoingBack) {
  auto broker = boot();
  broker->controller_is_deaf = true;  // So that it never ends.
  broker->append();
  ASSERT_TRUE(broker->move_to("/b"));
  EXPECT_EQ(count("/b", "-future"), 1u);

  broker->controller_is_deaf = false;
  ASSERT_TRUE(broker->move_to("/a"));
  broker->settle();

  EXPECT_EQ(broker->dir(), "/a");
  EXPECT_EQ(assigned, kDirA);
  EXPECT_EQ(count("/b", "-future"), 0u);
  EXPECT_EQ(count("/b", "-delete"), 1u);
}

TEST_F(LogDirMovesTest, TheSameMoveTwiceIsOne) {
  auto broker = boot();
  broker->controller_is_deaf = true;
  ASSERT_TRUE(broker->move_to("/b"));
  ASSERT_TRUE(broker->move_to("/b"));
  EXPECT_EQ(count("/b", "-future"), 1u);
  ASSERT_TRUE(broker->move_to("/a"));
}

TEST_F(LogDirMovesTest, AreRefusedInKafkasOrder) {
  auto broker = boot();
  const TopicIdPartition long_name{{kId.key.topic_id, PartitionId{0}}, StoredTopic{std::string(220, 't')}};
  const auto refused = [&](const TopicIdPartition& id, const std::string& dir) {
    return broker->run(broker->a, broker->moves->alter(id, dir)).error();
  };
  EXPECT_EQ(refused(long_name, "/nowhere"), ReplicaErrc::invalid_topic_exception);
  EXPECT_EQ(refused(kId, "/nowhere"), ReplicaErrc::log_dir_not_found);
  broker->logs->set_cordoned({"/b"});
  EXPECT_EQ(refused(kId, "/b"), ReplicaErrc::invalid_replica_assignment);
  ASSERT_TRUE(broker->logs->dir_failed("/b"));
  EXPECT_EQ(refused(kId, "/b"), ReplicaErrc::kafka_storage_error);
}

TEST_F(LogDirMovesTest, AWishForAPartitionThatIsNotHereYetIsRemembered) {
  auto broker = boot();
  const TopicIdPartition later{{Uuid::from_halves(7, 8), PartitionId{0}}, StoredTopic{"later"}};
  const auto refused = broker->run(broker->a, broker->moves->alter(later, "/b"));
  EXPECT_EQ(refused.error(), ReplicaErrc::unknown_topic_or_partition);

  const auto created = broker->run(broker->a, broker->logs->create(broker->pool, later, kDirA, true, {}));

  EXPECT_EQ(created->log->directory(), "/b/later-0");
}

TEST_F(LogDirMovesTest, AFutureLogThatDisagreesIsCutBack) {
  auto broker = boot();
  for (int i = 0; i < 4; ++i) broker->append();
  broker->controller_is_deaf = true;
  ASSERT_TRUE(broker->move_to("/b"));
  broker->settle();
  // What a new leader's epoch makes of a follower's log.
  ASSERT_TRUE(broker->partition->log().truncate_to(Offset{2}).run_inline());
  OwnedBytes other = storage::testing::make_batch({.value_bytes = 99});
  ASSERT_TRUE(broker->partition->log().append_as_leader(other, Epoch{4}).run_inline());

  const auto future = broker->partition->future();
  while (!future->copy_from(broker->partition->shared_log(), Epoch{4}, 1 << 20).run_inline()->is_caught_up) continue;

  EXPECT_EQ(future->log().log_end_offset(), Offset{3});
  EXPECT_EQ(future->log().leader_epochs().latest_epoch(), Epoch{4});
  ASSERT_TRUE(broker->move_to("/a"));
}

// Whether every batch of `wanted` is in `kept`, in their order.  Between them there may be what nearly was
// acknowledged.
bool holds_in_order(ByteView kept, ByteView wanted) {
  while (!wanted.empty()) {
    const auto batch = wire::BatchView::parse(wanted);
    const auto found = wire::BatchView::parse(kept);
    if (!batch || !found) return false;
    if (std::ranges::equal(kept.first(found->size_bytes()), wanted.first(batch->size_bytes())))
      wanted = wanted.subspan(batch->size_bytes());
    kept = kept.subspan(found->size_bytes());
  }
  return true;
}

struct Disturbed {
  bool was_reached = false;
  OwnedBytes acknowledged;
};

// Moves a replica under load while the disk fails at its operation `number`: this one, or all from there on.
Disturbed disturb(storage::FaultyDisk& disk, Uuid& assigned, std::uint64_t number, bool for_good) {
  Disturbed result;
  MovingBroker broker(disk, assigned);
  if (!broker.start()) return result;
  for (int i = 0; i < 9; ++i) extend(result.acknowledged, broker.append());
  const std::uint64_t before = disk.operations();
  for_good ? disk.fail_from(before + number) : disk.fail_operation(before + number);
  static_cast<void>(broker.move_to("/b"));
  for (int i = 0; i < 3; ++i) extend(result.acknowledged, broker.append());
  broker.settle();
  extend(result.acknowledged, broker.append());
  result.was_reached = disk.operations() > before + number;
  broker.stop();
  return result;
}

void expect_one_whole_log(storage::FaultyDisk& disk, Uuid& assigned, const OwnedBytes& expected) {
  MovingBroker broker(disk, assigned);
  const auto started = broker.start();
  ASSERT_TRUE(started) << started.error().message();
  const auto check = [&] {
    EXPECT_NE(disk.exists("/a/t-0"), disk.exists("/b/t-0"));
    EXPECT_TRUE(holds_in_order(content(broker), expected));
  };
  check();
  broker.settle();  // A move goes on where it stopped.
  EXPECT_EQ(broker.partition->future(), nullptr);
  check();
}

TEST(LogDirMovesFault, ACrashAtAnyOperationLeavesOneWholeLog) {
  std::uint64_t number = 0;
  for (bool was_reached = true; was_reached; ++number) {
    SCOPED_TRACE("operation " + std::to_string(number));
    ManualClock clock{storage::testing::kTestTime};
    storage::FaultyDisk disk{number, clock};
    Uuid assigned = kDirA;
    const Disturbed disturbed = disturb(disk, assigned, number, true);
    was_reached = disturbed.was_reached;
    disk.heal();
    disk.crash();
    expect_one_whole_log(disk, assigned, disturbed.acknowledged);
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(number, 40u);
}

TEST(LogDirMovesFault, AFailureOfAnyOneOperationLeavesOneWholeLog) {
  std::uint64_t number = 0;
  for (bool was_reached = true; was_reached; ++number) {
    SCOPED_TRACE("operation " + std::to_string(number));
    ManualClock clock{storage::testing::kTestTime};
    storage::FaultyDisk disk{number, clock};
    Uuid assigned = kDirA;
    const Disturbed disturbed = disturb(disk, assigned, number, false);
    was_reached = disturbed.was_reached;
    disk.heal();
    expect_one_whole_log(disk, assigned, disturbed.acknowledged);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace muir::server
