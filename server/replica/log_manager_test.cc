#include "server/replica/log_manager.h"

#include <gtest/gtest.h>

#include "server/replica/test_partitions.h"
#include "storage/log/clean_shutdown_file.h"

namespace muir::server {
namespace {

using std::chrono::milliseconds;

const Uuid kDirA = Uuid::from_halves(9, 1);
const Uuid kDirB = Uuid::from_halves(9, 2);

TopicIdPartition id_of(int partition) { return {{Uuid::from_halves(7, 7), PartitionId{partition}}, StoredTopic{"t"}}; }

struct LogManagerTest : ::testing::Test, testing::TestShards {
  storage::FaultyDisk disk{0, clock};
  Pool pool{1};
  std::unique_ptr<LogManager> logs;
  std::set<int> assigned{0, 1, 2, 3};
  Uuid assigned_dir = kDirA;

  Result<std::unique_ptr<LogManager>> start_manager(std::vector<std::string> cordoned = {}) {
    return LogManager::start(disk, {{{"/a", kDirA}, {"/b", kDirB}}, std::move(cordoned), 0}, clock);
  }

  Result<void> load() {
    LogLoadPlan plan;
    plan.is_assigned_here = [this](const PartitionKey& key) { return assigned.contains(key.partition.value); };
    plan.directory_of = [this](const PartitionKey&) { return assigned_dir; };
    plan.config_of = [](const std::string&) { return storage::LogConfig{}; };
    return logs->load(plan);
  }

  void boot() {
    auto started = start_manager();
    ASSERT_TRUE(started) << started.error().message();
    logs = std::move(*started);
    const auto loaded = load();
    ASSERT_TRUE(loaded) << loaded.error().message();
  }

  Result<OpenedLog> create(int partition, Uuid directory = kUnassignedDirectory, bool is_new = true) {
    return run(a, logs->create(pool, id_of(partition), directory, is_new, {}));
  }

  // A log that another start left behind: `records` records of partition 0.
  void leave(const std::string& directory, int records) {
    auto log = storage::Log::open(disk, {directory, {}, id_of(0).key.topic_id, true}, clock);
    ASSERT_TRUE(log) << log.error().message();
    for (int i = 0; i < records; ++i) append(**log);
    ASSERT_TRUE((*log)->close().run_inline());
  }

  void append(storage::Log& log) {
    OwnedBytes batch = storage::testing::make_batch({});
    ASSERT_TRUE(log.append_as_leader(batch, Epoch{0}).run_inline());
  }
};

TEST_F(LogManagerTest, NewPartitionsGoWhereFewestAreOrWhereTheyWereAssigned) {
  boot();
  const auto first = create(0), second = create(1), third = create(2, kDirB), fourth = create(3);
  EXPECT_EQ(first->log->directory(), "/a/t-0");
  EXPECT_EQ(second->log->directory(), "/b/t-1");
  EXPECT_EQ(third->log->directory(), "/b/t-2");
  EXPECT_EQ(fourth->log->directory(), "/a/t-3");
}

TEST_F(LogManagerTest, NothingNewGoesToACordonedDirectoryWhileThereIsAnother) {
  logs = std::move(*start_manager({"/a"}));
  ASSERT_TRUE(load());
  EXPECT_EQ(create(0)->log->directory(), "/b/t-0");

  logs.reset();
  logs = std::move(*start_manager({"/a", "/b"}));
  EXPECT_EQ(create(1)->log->directory(), "/a/t-1");

  logs->set_cordoned({"*"});
  EXPECT_EQ(logs->cordoned_dirs(), (std::vector{kDirA, kDirB}));
  EXPECT_EQ(create(2)->log->directory(), "/a/t-2") << "somewhere it has to go";
}

TEST_F(LogManagerTest, ADirectoryThatIsInUseStopsTheStart) {
  boot();
  EXPECT_EQ(start_manager().error(), ReplicaErrc::log_dir_locked);
  logs.reset();
  EXPECT_TRUE(start_manager());
}

TEST_F(LogManagerTest, TheSameDirectoryTwiceStopsTheStart) {
  const auto started = LogManager::start(disk, {{{"/a", kDirA}, {"/a", kDirB}}, {}, 1}, clock);
  EXPECT_EQ(started.error(), ReplicaErrc::log_dir_duplicate);
}

TEST_F(LogManagerTest, ACleanStopIsRememberedOnceAndWithItsBrokerEpoch) {
  boot();
  EXPECT_FALSE(logs->broker_epoch_of_clean_stop());
  auto created = create(0);
  append(*created->log);
  ASSERT_TRUE(run(a, created->log->close()));
  OffsetsByDir high_watermarks;
  high_watermarks["/a"][{"t", PartitionId{0}}] = Offset{1};
  struct Stop {
    static Task<bool> run(LogManager& logs, OffsetsByDir offsets) {
      co_await logs.write_checkpoint(storage::kReplicationCheckpoint, std::move(offsets));
      co_await logs.mark_clean(77, std::vector<std::string>());
      co_return true;
    }
  };
  run(a, Stop::run(*logs, high_watermarks));
  created->log.reset();
  logs.reset();

  logs = std::move(*start_manager());
  EXPECT_EQ(logs->broker_epoch_of_clean_stop(), 77);
  ASSERT_TRUE(load());
  EXPECT_FALSE(logs->broker_epoch_of_clean_stop());  // A crash from now on is a crash.
  const auto taken = logs->take(id_of(0).key);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->high_watermark, Offset{1});
  EXPECT_EQ(taken->log->log_end_offset(), Offset{1});
  EXPECT_FALSE(logs->take(id_of(0).key));
}

TEST_F(LogManagerTest, ADirectoryWithALogThatCouldNotBeClosedIsNotMarkedClean) {
  boot();
  struct Stop {
    static Task<bool> run(LogManager& logs) {
      co_await logs.mark_clean(77, std::vector<std::string>(1, "/a"));
      co_return true;
    }
  };
  run(a, Stop::run(*logs));
  EXPECT_FALSE(disk.exists("/a/.kafka_cleanshutdown"));
  EXPECT_TRUE(disk.exists("/b/.kafka_cleanshutdown"));
}

TEST_F(LogManagerTest, APartitionThatIsNotAssignedHereBecomesAStray) {
  boot();
  ASSERT_TRUE(create(0) && create(1));
  logs.reset();
  assigned = {1};
  boot();

  EXPECT_FALSE(logs->take(id_of(0).key));
  EXPECT_TRUE(logs->take(id_of(1).key));
  const auto names = disk.list("/a").get();
  ASSERT_TRUE(names);
  const auto is_stray = [](const std::string& name) { return name.starts_with("t-0.") && name.ends_with("-stray"); };
  EXPECT_EQ(std::ranges::count_if(*names, is_stray), 1);
  EXPECT_FALSE(disk.exists("/a/t-0"));
}

TEST_F(LogManagerTest, ADeletedPartitionIsRemovedAfterItsDelayEvenOverARestart) {
  boot();
  auto created = create(0);
  const auto renamed = run(a, created->log->mark_deleted());
  ASSERT_TRUE(renamed);
  created->log.reset();
  logs.reset();
  boot();
  struct Remove {
    static Task<bool> run(LogManager& logs, Pool& pool) {
      co_await logs.remove_deleted(pool);
      co_return true;
    }
  };

  run(a, Remove::run(*logs, pool));
  EXPECT_TRUE(disk.exists(*renamed));
  clock.advance(milliseconds{60'001});
  run(a, Remove::run(*logs, pool));

  EXPECT_FALSE(disk.exists(*renamed));
}

TEST_F(LogManagerTest, AReplicaThatMayLieInAFailedDirectoryIsNotCreatedAnew) {
  boot();
  ASSERT_TRUE(logs->dir_failed("/b"));

  EXPECT_EQ(create(0, kDirB, false).error(), ReplicaErrc::kafka_storage_error);
  EXPECT_EQ(create(0, kDirA, false)->log->directory(), "/a/t-0");
  EXPECT_EQ(create(1, kDirB, true)->log->directory(), "/a/t-1");  // New: it cannot lie there.
  EXPECT_EQ(logs->online_dirs(), std::vector<Uuid>{kDirA});
  EXPECT_EQ(logs->dir_failed("/a").error(), ReplicaErrc::log_dirs_all_failed);
}

// What a crash leaves between the two renames of a move (ADR 65).
TEST_F(LogManagerTest, OfTwoLogsOfOnePartitionTheLongerStays) {
  const std::vector<std::pair<int, int>> lengths{{3, 2}, {2, 3}, {2, 2}};
  for (int i = 0; i < 3; ++i) {
    leave("/a/t-" + std::to_string(i), lengths[i].first);
    leave("/b/t-" + std::to_string(i), lengths[i].second);
  }
  boot();

  EXPECT_EQ(logs->take(id_of(0).key)->log->directory(), "/a/t-0");
  EXPECT_EQ(logs->take(id_of(1).key)->log->directory(), "/b/t-1");
  EXPECT_EQ(logs->take(id_of(2).key)->log->directory(), "/a/t-2") << "where the metadata has it";
  for (const char* name : {"t-0", "t-1", "t-2"})
    EXPECT_NE(disk.exists(std::string("/a/") + name), disk.exists(std::string("/b/") + name));
}

TEST_F(LogManagerTest, TwoLogsOfWhichTheMetadataKnowsNeitherStopTheStart) {
  leave("/a/t-0", 1);
  leave("/b/t-0", 1);
  assigned_dir = Uuid::from_halves(9, 3);
  logs = std::move(*start_manager());

  EXPECT_EQ(load().error(), ReplicaErrc::log_dir_duplicate);
}

TEST_F(LogManagerTest, AFutureLogWaitsBesideItsCurrentOne) {
  leave("/a/t-0", 2);
  leave("/b/t-0.0123456789abcdef0123456789abcdef-future", 1);
  boot();

  EXPECT_EQ(logs->take(id_of(0).key)->log->log_end_offset(), Offset{2});
  const auto future = logs->take_future(id_of(0).key);
  ASSERT_TRUE(future);
  EXPECT_EQ(future->log->log_end_offset(), Offset{1});
}

TEST_F(LogManagerTest, AFutureLogWithoutACurrentOneTakesItsPlaceUnlessADirectoryIsOffline) {
  leave("/b/t-0.0123456789abcdef0123456789abcdef-future", 1);
  logs = std::move(*start_manager());
  ASSERT_TRUE(logs->dir_failed("/a"));
  assigned_dir = kDirB;
  ASSERT_TRUE(load());
  EXPECT_FALSE(logs->take(id_of(0).key));
  EXPECT_EQ(create(0, kDirB, false).error(), ReplicaErrc::kafka_storage_error) << "the rest may be in /a";
  logs.reset();

  boot();

  const auto taken = logs->take(id_of(0).key);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->log->directory(), "/b/t-0");
  EXPECT_EQ(taken->log->log_end_offset(), Offset{1});
}

TEST_F(LogManagerTest, ARecoveryPointBeyondTheEndOfALogIsLoweredBeforeAnythingIsAppended) {
  leave("/a/t-0", 2);
  const std::string_view beyond = "0\n1\nt 0 5\n", lowered = "0\n1\nt 0 2\n";
  const std::string path = "/a/" + std::string(storage::kRecoveryPointCheckpoint);
  disk.put(path, OwnedBytes(as_bytes(beyond).begin(), as_bytes(beyond).end()));

  boot();

  EXPECT_EQ(as_text(disk.content(path)), lowered);
}

TEST_F(LogManagerTest, ADamagedCheckpointCostsARecoveryAndNothingElse) {
  boot();
  auto created = create(0);
  append(*created->log);
  ASSERT_TRUE(run(a, created->log->close()));
  created->log.reset();
  logs.reset();
  const auto text = as_bytes("0\nnonsense\n");
  disk.put("/a/recovery-point-offset-checkpoint", OwnedBytes(text.begin(), text.end()));
  boot();

  EXPECT_EQ(logs->take(id_of(0).key)->log->log_end_offset(), Offset{1});
}

}  // namespace
}  // namespace muir::server
