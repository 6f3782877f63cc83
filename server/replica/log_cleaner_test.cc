#include "server/replica/log_cleaner.h"

#include <gtest/gtest.h>

#include "server/replica/test_partitions.h"
#include "storage/log/test_cleaning.h"

namespace muir::server {
namespace {

using storage::testing::make_keyed;
using storage::testing::text_of;

struct LogCleanerTest : ::testing::Test, testing::TestBroker {
  LogCleanerTest() {
    auto started = LogManager::start(disk, {{{"/data", Uuid::from_halves(9, 1)}}, {}, 0}, clock);
    EXPECT_TRUE(started);
    logs = std::move(*started);
    cleaner = std::make_unique<LogCleaner>(a, replicas, *logs, pool, config_with({}));
    compacted.cleanup_compact = true;
    compacted.cleanup_delete = false;
    compacted.segment_bytes = 400;
    compacted.min_cleanable_dirty_ratio = 0.5;
  }
  ~LogCleanerTest() override { (void)run(a, stopped()); }

  Task<bool> stopped() {
    co_await cleaner->stop();
    co_return true;
  }

  Task<bool> started() {
    cleaner->start();
    co_return true;
  }

  Task<bool> reconfigured() {
    cleaner->set_broker_config(config_with({{"log.cleaner.backoff.ms", "100"}}));
    co_return true;
  }

  static std::shared_ptr<const BrokerConfig> config_with(const ConfigMap& changes) {
    ConfigMap given = BrokerConfig::embedded_default();
    for (const auto& [key, value] : changes) given[key] = value;
    const auto loaded = BrokerConfig::load(given);
    EXPECT_TRUE(loaded);
    return std::make_shared<const BrokerConfig>(*loaded);
  }

  std::shared_ptr<Partition> open_compacted(int index) {
    auto partition = open(index, compacted);
    lead(partition);
    return partition;
  }

  void put(const std::shared_ptr<Partition>& partition, int count, int keys = 1) {
    for (int i = 0; i < count; ++i) {
      OwnedBytes batch = make_keyed({{{"key" + std::to_string(i % keys), std::string(50, 'v')}}, clock.wall_ms()});
      const auto appended = run(home(partition), partition->append(batch, true, storage::AppendOrigin::client));
      ASSERT_FALSE(appended.error) << appended.error.message();
    }
  }
  void roll(const std::shared_ptr<Partition>& partition) { ASSERT_TRUE(run(home(partition), partition->log().roll())); }

  bool clean() { return run(a, cleaner->clean_filthiest()); }
  std::string checkpoint() { return text_of(disk.content("/data/cleaner-offset-checkpoint")); }

  storage::LogConfig compacted;
  Pool pool{1};
  std::unique_ptr<LogManager> logs;
  std::unique_ptr<LogCleaner> cleaner;
};

TEST_F(LogCleanerTest, CleansTheFilthiestLogFirstAndNotesHowFarItCame) {
  const auto one = open_compacted(0), other = open_compacted(1);
  for (const auto& partition : {one, other}) put(partition, 12), roll(partition);
  ASSERT_TRUE(clean());
  ASSERT_TRUE(clean());
  put(one, 20), roll(one);
  put(other, 40), roll(other);
  const auto dirty = one->log().size_bytes();

  ASSERT_TRUE(clean());

  EXPECT_EQ(checkpoint(), "0\n2\nt 0 12\nt 1 52\n");
  EXPECT_EQ(one->log().size_bytes(), dirty);
  ASSERT_TRUE(clean());
  EXPECT_EQ(checkpoint(), "0\n2\nt 0 32\nt 1 52\n");
  EXPECT_FALSE(clean());
}

TEST_F(LogCleanerTest, LeavesALogAloneThatIsCleanEnough) {
  const auto partition = open_compacted(0);
  put(partition, 40, 40), roll(partition);
  ASSERT_TRUE(clean());  // Without a checkpoint all of it is dirty.
  put(partition, 10, 10), roll(partition);
  EXPECT_FALSE(clean());
}

// max.compaction.lag.ms (KIP-354) does not ask for the ratio.
TEST_F(LogCleanerTest, CleansALogThatIsOverdue) {
  compacted.max_compaction_lag_ms = 10'000;
  const auto partition = open_compacted(0);
  put(partition, 40, 40), roll(partition);
  ASSERT_TRUE(clean());
  put(partition, 3, 3), roll(partition);
  EXPECT_FALSE(clean());
  pass(std::chrono::milliseconds{10'001});
  EXPECT_TRUE(clean());
}

TEST_F(LogCleanerTest, GoesOnWithTheOtherLogsWhenOneIsDamaged) {
  const auto damaged = open_compacted(0), sound = open_compacted(1);
  put(damaged, 40), roll(damaged);
  put(sound, 20, 10), roll(sound);
  const auto before = damaged->log().size_bytes();
  disk.flip_bit("/data/t-0/00000000000000000000.log", 70, 1);

  const bool first = clean(), second = clean();

  EXPECT_NE(first, second);
  EXPECT_EQ(damaged->log().size_bytes(), before);
  EXPECT_EQ(checkpoint(), "0\n1\nt 1 20\n");
  EXPECT_FALSE(clean());
  for (const std::string& path : disk.paths()) EXPECT_FALSE(path.ends_with(".cleaned")) << path;
}

TEST_F(LogCleanerTest, TriesAgainWhenTheDiskWasFull) {
  const auto partition = open_compacted(0);
  put(partition, 40, 5), roll(partition);
  disk.set_capacity(1);
  EXPECT_FALSE(clean());
  disk.set_capacity(1 << 30);
  EXPECT_TRUE(clean());
  EXPECT_TRUE(failures.empty());
}

// What a truncation cut off was not cleaned when it came back: else a tombstone in it could go before what it deletes.
TEST_F(LogCleanerTest, BeginsAgainWhereTheLogWasCut) {
  const auto partition = open_compacted(0);
  put(partition, 30), roll(partition);
  ASSERT_TRUE(clean());
  ASSERT_EQ(checkpoint(), "0\n1\nt 0 30\n");
  ASSERT_TRUE(run(home(partition), partition->log().truncate_to(Offset{10})));
  for (int i = 0; i < 40; ++i) {
    OwnedBytes batch = make_keyed({{{"key0", std::string(50, 'v')}}, clock.wall_ms()});
    ASSERT_TRUE(run(home(partition), partition->log().append_as_leader(batch, Epoch{0})));
  }
  partition->log().set_high_watermark(Offset{50});
  roll(partition);

  ASSERT_TRUE(clean());

  EXPECT_EQ(partition->log().cleanable().log_end_offset, Offset{50});
  EXPECT_EQ(checkpoint(), "0\n1\nt 0 50\n");
}

TEST_F(LogCleanerTest, CleansInTheBackgroundUntilItIsStopped) {
  const auto partition = open_compacted(0);
  put(partition, 40, 5), roll(partition);
  const auto before = partition->log().size_bytes();
  (void)start(a, started());
  while (partition->log().size_bytes() == before) {
    std::this_thread::yield();
    turns();
  }
  EXPECT_LT(partition->log().size_bytes(), before);
}

// Kafka stops its cleaner threads and starts them anew.
TEST_F(LogCleanerTest, LooksAtOnceWhenItsSettingsChange) {
  const auto partition = open_compacted(0);
  (void)start(a, started());
  turns();  // Nothing is there to be cleaned: it sleeps, and nobody turns the clock.
  put(partition, 40, 5), roll(partition);
  const auto before = partition->log().size_bytes();
  (void)start(a, reconfigured());
  while (partition->log().size_bytes() == before) {
    std::this_thread::yield();
    turns();
  }
  EXPECT_LT(partition->log().size_bytes(), before);
}

TEST(CleanerCheckpoints, ForgetATopicThatWasCreatedAnew) {
  CleanerCheckpoints checkpoints;
  const storage::PartitionName name{"t", PartitionId{0}};
  const Uuid first = Uuid::from_halves(1, 1), second = Uuid::from_halves(1, 2);
  checkpoints.load("/a", {{name, Offset{7}}});
  EXPECT_EQ(checkpoints.find("/a", name, first), Offset{7});  // The file knows names only.
  EXPECT_EQ(checkpoints.find("/a", name, second), std::nullopt);
  EXPECT_EQ(checkpoints.find("/a", name, first), std::nullopt);
}

TEST(CleanerCheckpoints, WriteOnlyPartitionsThatExist) {
  CleanerCheckpoints checkpoints;
  const storage::PartitionName here{"t", PartitionId{0}}, gone{"t", PartitionId{1}};
  checkpoints.set("/a", here, kZeroUuid, Offset{5});
  checkpoints.set("/a", gone, kZeroUuid, Offset{6});
  const auto written = checkpoints.to_write({{"/a", {here}}});
  EXPECT_EQ(written.at("/a"), (storage::OffsetCheckpoint{{here, Offset{5}}}));
  checkpoints.truncate("/a", here, Offset{3});
  EXPECT_EQ(checkpoints.find("/a", here, kZeroUuid), Offset{3});
}

}  // namespace
}  // namespace muir::server
