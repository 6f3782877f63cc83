#include "storage/disk/disk.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "storage/disk/atomic_file.h"
#include "storage/disk/faulty_disk.h"
#include "storage/disk/posix_disk.h"

namespace muir::storage {
namespace {

// What every Disk promises, shown on the kernel's files and on those in memory.
class AnyDisk : public testing::TestWithParam<bool> {
 protected:
  AnyDisk() {
    if (GetParam()) {
      disk_ = std::make_unique<PosixDisk>();
      char name[] = "/tmp/muir-disk-XXXXXX";
      root_ = ::mkdtemp(name);
    } else {
      disk_ = std::make_unique<FaultyDisk>();
      root_ = "/data";
      EXPECT_TRUE(disk_->create_directory(root_).get());
    }
  }
  ~AnyDisk() override {
    if (GetParam()) std::filesystem::remove_all(root_);
  }

  std::string text(File& file, std::uint64_t position = 0) {
    OwnedBytes bytes(64);
    const auto count = file.read(position, bytes).get();
    EXPECT_TRUE(count);
    return std::string(as_text(bytes).substr(0, count ? *count : 0));
  }
  static void write(File& file, std::uint64_t position, std::vector<std::string_view> parts) {
    std::vector<ByteView> views;
    for (const auto part : parts) views.push_back(as_bytes(part));
    EXPECT_TRUE(file.write(position, views).get());
  }
  FilePtr create(const std::string& name) { return disk_->open(root_ + "/" + name, OpenMode::create).get().value(); }

  std::unique_ptr<Disk> disk_;
  std::string root_;
};

TEST_P(AnyDisk, GathersThePartsOfOneWrite) {
  const FilePtr file = create("f");

  write(*file, 0, {"ab", "", "cd"});
  write(*file, 3, {"xyz"});

  EXPECT_EQ(text(*file), "abcxyz");
  EXPECT_EQ(text(*file, 4), "yz");
  EXPECT_EQ(file->size().get().value(), 6u);
  EXPECT_EQ(text(*file, 100), "");
}

TEST_P(AnyDisk, WritesMorePartsThanOneSystemCallTakes) {
  const FilePtr file = create("f");
  std::vector<std::string_view> parts(1000, "0123456789");

  write(*file, 0, parts);

  EXPECT_EQ(file->size().get().value(), 10'000u);
  EXPECT_EQ(text(*file, 9'995), "56789");
}

TEST_P(AnyDisk, AnOpenFileOutlivesItsName) {
  const FilePtr file = create("f");
  write(*file, 0, {"kept"});

  EXPECT_TRUE(disk_->remove(root_ + "/f").get());

  EXPECT_EQ(text(*file), "kept");
  EXPECT_EQ(disk_->open(root_ + "/f", OpenMode::read).get().error().value(), ENOENT);
  EXPECT_TRUE(disk_->remove(root_ + "/f").get()) << "removing what is gone succeeds";
}

TEST_P(AnyDisk, TruncatesAndReserves) {
  const FilePtr file = create("f");
  write(*file, 0, {"abcdef"});

  EXPECT_TRUE(file->truncate(2).get());
  EXPECT_TRUE(file->preallocate(1 << 16).get());

  EXPECT_EQ(file->size().get().value(), 2u);
}

TEST_P(AnyDisk, KnowsWhetherEverythingIsSynced) {
  const FilePtr file = create("f");
  EXPECT_FALSE(file->has_unsynced_writes());
  write(*file, 0, {"abc"});
  EXPECT_TRUE(file->has_unsynced_writes());
  EXPECT_TRUE(file->sync_data().get());
  EXPECT_FALSE(file->has_unsynced_writes());
  EXPECT_TRUE(file->truncate(2).get());
  EXPECT_TRUE(file->has_unsynced_writes());
}

TEST_P(AnyDisk, ListsAndRenamesDirectories) {
  EXPECT_TRUE(disk_->create_directory(root_ + "/a/b").get());
  EXPECT_TRUE(disk_->create_directory(root_ + "/a/b").get());
  write(*disk_->open(root_ + "/a/b/f", OpenMode::create).get().value(), 0, {"x"});

  EXPECT_TRUE(disk_->rename(root_ + "/a/b", root_ + "/a/c").get());

  EXPECT_EQ(disk_->list(root_ + "/a").get().value(), std::vector<std::string>{"c"});
  EXPECT_EQ(disk_->list(root_ + "/a/c").get().value(), std::vector<std::string>{"f"});
  EXPECT_TRUE(disk_->status(root_ + "/a").get().value()->is_directory);
  EXPECT_EQ(disk_->status(root_ + "/a/c/f").get().value()->size_bytes, 1u);
  EXPECT_FALSE(disk_->status(root_ + "/a/b").get().value());
  EXPECT_FALSE(disk_->remove_directory(root_ + "/a").get()) << "it is not empty";
  EXPECT_TRUE(disk_->sync_directory(root_).get());
}

TEST_P(AnyDisk, LetsOneHoldALock) {
  auto first = disk_->lock(root_ + "/.lock").get();
  ASSERT_TRUE(first);
  EXPECT_EQ(disk_->lock(root_ + "/.lock").get().error().value(), EWOULDBLOCK);

  first->reset();

  EXPECT_TRUE(disk_->lock(root_ + "/.lock").get());
}

TEST_P(AnyDisk, ReplacesAFileAtOnce) {
  const auto replace = [&](std::string_view text) {
    const auto bytes = as_bytes(text);
    return write_atomically(*disk_, root_ + "/f", OwnedBytes(bytes.begin(), bytes.end())).run_inline();
  };
  EXPECT_FALSE(read_file(*disk_, root_ + "/f", 10).run_inline().value());

  EXPECT_TRUE(replace("longer text"));
  EXPECT_TRUE(replace("new"));

  EXPECT_EQ(as_text(*read_file(*disk_, root_ + "/f", 10).run_inline().value()), "new");
  EXPECT_EQ(read_file(*disk_, root_ + "/f", 2).run_inline().error().value(), EFBIG);
  EXPECT_EQ(disk_->list(root_).get().value(), std::vector<std::string>{"f"});
}

INSTANTIATE_TEST_SUITE_P(, AnyDisk, testing::Values(true, false),
                         [](const auto& info) { return info.param ? "Posix" : "Faulty"; });

Task<Result<std::size_t>> seven() { co_return std::size_t{7}; }

TEST(Io, IsATaskWhenTheAnswerIsNotReady) {
  Io<std::size_t> io = seven();

  EXPECT_FALSE(io.await_ready());
  EXPECT_EQ(io.get().value(), 7u);
}

OwnedBytes owned(std::string_view text) {
  const auto bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

TEST(FaultyDisk, FailsTheOperationItWasTold) {
  FaultyDisk disk;
  EXPECT_TRUE(disk.create_directory("/d").get());
  disk.fail_operation(disk.operations() + 1, ENOSPC);

  EXPECT_TRUE(disk.open("/d/a", OpenMode::create).get());
  EXPECT_EQ(disk.open("/d/b", OpenMode::create).get().error().value(), ENOSPC);
  EXPECT_TRUE(disk.open("/d/b", OpenMode::create).get());
}

TEST(FaultyDisk, FillsUp) {
  FaultyDisk disk;
  const auto file = disk.open("f", OpenMode::create).get().value();
  disk.set_capacity(10);
  const ByteView part = as_bytes("0123456");

  EXPECT_TRUE(file->write(0, {&part, 1}).get());
  EXPECT_EQ(file->write(7, {&part, 1}).get().error().value(), ENOSPC);

  EXPECT_EQ(file->size().get().value(), 10u) << "what fitted is there: a torn write";
}

// A file is replaced as a whole whatever the crash, and never by a torn one.
TEST(FaultyDisk, KeepsWhatWasSyncedThroughACrash) {
  bool lost_unsynced = false;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    FaultyDisk disk(seed);
    ASSERT_TRUE(disk.create_directory("/d").get());
    ASSERT_TRUE(write_atomically(disk, "/d/f", owned("old")).run_inline());
    disk.fail_from(disk.operations() + seed % 6);
    const bool replaced = bool(write_atomically(disk, "/d/f", owned("new and longer")).run_inline());
    disk.heal();

    disk.crash();

    const auto content = disk.content("/d/f");
    const std::string after(as_text(content));
    EXPECT_TRUE(after == "new and longer" || (!replaced && after == "old")) << "seed " << seed << ": " << after;
    lost_unsynced |= after == "old";
  }
  EXPECT_TRUE(lost_unsynced);
}

TEST(FaultyDisk, NeverMakesDurableWhatAFailedSyncDropped) {
  bool lost = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    FaultyDisk disk(seed);
    disk.put("f", {});
    const auto file = disk.open("f", OpenMode::read_write).get().value();
    const ByteView part = as_bytes("text");
    EXPECT_TRUE(file->write(0, {&part, 1}).get());
    disk.fail_operation(disk.operations());
    EXPECT_FALSE(file->sync_data().get());
    EXPECT_TRUE(file->sync_data().get()) << "the kernel says so, and it is not true";

    disk.crash();

    lost |= as_text(disk.content("f")) != "text";
  }
  EXPECT_TRUE(lost);
}

}  // namespace
}  // namespace muir::storage
