#include "storage/log/new_partition_directories.h"

#include <map>

#include <gtest/gtest.h>

#include "storage/log/partition_metadata.h"
#include "storage/log/test_batches.h"

namespace muir::storage {
namespace {

const Uuid kTopicId = Uuid::from_halves(3, 4);

// What syncfs does to a disk in memory.
Result<void> sync_everything(FaultyDisk& disk) {
  for (const std::string& path : disk.paths()) {
    const auto status = disk.status(path).get();
    if (!status) return status.error();
    if ((*status)->is_directory) continue;
    const auto file = disk.open(path, OpenMode::read_write).get();
    if (!file) return file.error();
    if (const auto synced = (*file)->sync_data().get(); !synced) return synced;
  }
  return disk.sync_directory("/data").get();
}

struct NewDirectories : ::testing::Test {
  NewDirectories() { EXPECT_TRUE(disk.create_directory("/data").get()); }

  Result<void> make(int count) {
    std::vector<NewPartitionDirectory> directories;
    for (int i = 0; i < count; ++i) directories.push_back({"/data/t-" + std::to_string(i), kTopicId, Epoch{7}});
    return make_partition_directories(disk, directories, [this] {
      ++syncs;
      return sync_everything(disk);
    });
  }
  Result<std::unique_ptr<Log>> open(int index) {
    LogOpenParams params;
    params.directory = "/data/t-" + std::to_string(index);
    params.topic_id = kTopicId;
    params.first_epoch = Epoch{7};
    params.clean_shutdown = true;
    return Log::open(disk, params, clock);
  }
  std::map<std::string, OwnedBytes> contents() const {
    std::map<std::string, OwnedBytes> contents;
    for (const std::string& path : disk.paths()) contents[path] = disk.content(path);
    return contents;
  }

  ManualClock clock{testing::kTestTime};
  FaultyDisk disk{1, clock};
  int syncs = 0;
};

TEST_F(NewDirectories, AreWhatALogWouldHaveMadeForOneSync) {
  ASSERT_TRUE(make(3));
  EXPECT_EQ(syncs, 1);
  for (int i = 0; i < 3; ++i) {
    const auto log = open(i);
    ASSERT_TRUE(log) << log.error().message();
    EXPECT_EQ((*log)->topic_id(), kTopicId);
    EXPECT_EQ((*log)->leader_epochs().latest_epoch(), Epoch{7});
  }
  const auto made = contents();

  FaultyDisk other(1, clock);
  ASSERT_TRUE(other.create_directory("/data").get());
  for (int i = 0; i < 3; ++i) {
    LogOpenParams params;
    params.directory = "/data/t-" + std::to_string(i);
    params.topic_id = kTopicId;
    params.first_epoch = Epoch{7};
    ASSERT_TRUE(Log::open(other, params, clock));
  }
  for (const std::string& path : other.paths()) {
    ASSERT_TRUE(made.contains(path)) << path;
    EXPECT_EQ(made.at(path), other.content(path)) << path;
  }
  EXPECT_EQ(made.size(), other.paths().size());
}

TEST_F(NewDirectories, LeaveAloneWhatIsThere) {
  {
    const auto log = open(0);
    ASSERT_TRUE(log);
    OwnedBytes batch = testing::make_batch({});
    ASSERT_TRUE((*log)->append_as_leader(batch, Epoch{7}).run_inline());
    ASSERT_TRUE((*log)->close().run_inline());
  }
  const auto before = contents();

  ASSERT_TRUE(make(1));

  EXPECT_EQ(contents(), before);
}

// Whatever fails, and a power cut on top: no file is half there under its own name, and the log can be opened.
TEST_F(NewDirectories, AreWholeOrUnfinishedWheneverTheDiskFails) {
  std::uint64_t number = 0;
  for (bool undisturbed = false; !undisturbed; ++number) {
    for (const bool power_cut : {false, true}) {
      FaultyDisk fresh(number, clock);
      ASSERT_TRUE(fresh.create_directory("/data").get());
      const std::uint64_t before = fresh.operations();
      fresh.fail_operation(before + number);
      const auto made =
          make_partition_directories(fresh, {{"/data/t-0", kTopicId, Epoch{7}}, {"/data/t-1", kTopicId, std::nullopt}},
                                     [&fresh] { return sync_everything(fresh); });
      undisturbed = made && fresh.operations() <= before + number;
      fresh.heal();
      if (power_cut) fresh.crash();
      ASSERT_TRUE(fresh.create_directory("/data").get());

      for (const char* directory : {"/data/t-0", "/data/t-1"}) {
        const auto id = read_partition_metadata(fresh, directory).run_inline();
        ASSERT_TRUE(id) << "after operation " << number << ": " << id.error().message();
        LogOpenParams params;
        params.directory = directory;
        params.topic_id = kTopicId;
        const auto log = Log::open(fresh, params, clock);
        ASSERT_TRUE(log) << "after operation " << number << ": " << log.error().message();
      }
    }
  }
  EXPECT_GT(number, 15u);
}

}  // namespace
}  // namespace muir::storage
