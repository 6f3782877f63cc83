#include "storage/disk/open_files.h"

#include <deque>
#include <random>

#include <gtest/gtest.h>

#include "storage/disk/faulty_disk.h"
#include "storage/disk/file_handle.h"
#include "wire/base/task_group.h"

namespace muir::storage {
namespace {

constexpr std::size_t kLimit = 8;

ByteView bytes_of(std::string_view text) { return as_bytes(text); }

void write(FileHandle& handle, std::string_view text) {
  const auto file = handle.get().get();
  ASSERT_TRUE(file) << file.error().message();
  const ByteView bytes = bytes_of(text);
  ASSERT_TRUE((*file)->write(0, {&bytes, 1}).get());
}

bool sync(FileHandle& handle) {
  const auto file = handle.get().get();
  return file && (*file)->sync_data().get();
}

// A thread that keeps few files open, and handles for more than it may keep.
struct OpenFilesTest : ::testing::Test {
  OpenFilesTest() {
    open_files.use_on_this_thread();
    EXPECT_TRUE(disk.create_directory("/dir").get());
  }

  FileHandle& handle(std::size_t index) {
    while (handles.size() <= index)
      handles.emplace_back(disk, "/dir/" + std::to_string(handles.size()), OpenMode::create);
    return handles[index];
  }

  FaultyDisk disk;
  OpenFiles open_files{kLimit};
  std::deque<FileHandle> handles;
};

TEST_F(OpenFilesTest, GivesBackTheFileThatWasNotUsedForLongest) {
  for (std::size_t i = 0; i < kLimit; ++i) ASSERT_TRUE(handle(i).get().get());
  ASSERT_TRUE(handle(kLimit).get().get());  // All had been used: the first in line goes.
  EXPECT_FALSE(handle(0).is_open());
  ASSERT_TRUE(handle(1).get().get());
  ASSERT_TRUE(handle(kLimit + 1).get().get());
  EXPECT_TRUE(handle(1).is_open());
  EXPECT_FALSE(handle(2).is_open());
}

TEST_F(OpenFilesTest, StaysBoundedUnderRandomUseAndLosesNothing) {
  const auto seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<std::string> expected(100);
  for (int step = 0; step < 5000; ++step) {
    const std::size_t index = random() % expected.size();
    switch (random() % 4) {
      case 0:
        expected[index] = "step " + std::to_string(100'000 + step);
        write(handle(index), expected[index]);
        break;
      case 1:
        ASSERT_TRUE(sync(handle(index))) << "seed " << seed;
        break;
      case 2:
        handle(index).release_if_synced();
        break;
      default: {
        const auto file = handle(index).get().get();
        ASSERT_TRUE(file);
        std::string found(expected[index].size(), ' ');
        ASSERT_TRUE((*file)->read(0, std::as_writable_bytes(std::span(found))).get());
        ASSERT_EQ(found, expected[index]) << "seed " << seed;
      }
    }
    ASSERT_LE(open_files.size(), kLimit) << "seed " << seed;
  }
}

TEST_F(OpenFilesTest, KeepsWhatIsPinned) {
  std::vector<FilePtr> pins;
  for (std::size_t i = 0; i < 2 * kLimit; ++i) pins.push_back(*handle(i).get().get());
  EXPECT_EQ(open_files.size(), 2 * kLimit);
  for (std::size_t i = 0; i < pins.size(); ++i) EXPECT_EQ(*handle(i).get().get(), pins[i]);
  pins.clear();
  ASSERT_TRUE(handle(2 * kLimit).get().get());
  EXPECT_EQ(open_files.size(), kLimit);
}

TEST_F(OpenFilesTest, SyncsWhatWasWrittenBeforeItIsGivenBack) {
  for (std::size_t i = 0; i <= kLimit; ++i) write(handle(i), "written");
  ASSERT_TRUE(disk.sync_directory("/dir").get());
  EXPECT_FALSE(handle(0).is_open());
  disk.crash();
  EXPECT_EQ(as_text(disk.content("/dir/0")), "written");
}

TEST_F(OpenFilesTest, PrefersFilesThatNeedNoSync) {
  for (std::size_t i = 0; i + 1 < kLimit; ++i) write(handle(i), "written");
  ASSERT_TRUE(handle(kLimit - 1).get().get());
  ASSERT_TRUE(handle(kLimit).get().get());
  EXPECT_FALSE(handle(kLimit - 1).is_open());
  EXPECT_EQ(open_files.size(), kLimit);
}

// The kernel tells one open file of a failed write-back, once.  Opening the file anew must not pass for success.
TEST_F(OpenFilesTest, AFailedSyncIsRememberedByTheHandle) {
  for (std::size_t i = 0; i < kLimit; ++i) write(handle(i), "written");
  disk.fail_operation(disk.operations());  // The sync of the first in line.
  ASSERT_TRUE(handle(kLimit).get().get());
  const auto failed = handle(0).get().get();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().value(), EIO);
  EXPECT_FALSE(sync(handle(0)));

  handle(0).adopt(*disk.open("/dir/new", OpenMode::create).get());  // Something else takes its place.
  EXPECT_TRUE(handle(0).get().get());
}

TEST_F(OpenFilesTest, AHandleThatGoesTakesItsFileAlong) {
  for (std::size_t i = 0; i < kLimit; ++i) write(handle(i), "written");
  handles.clear();
  EXPECT_EQ(open_files.size(), 0u);
}

TEST_F(OpenFilesTest, WithoutDescriptorsLeftOthersAreGivenBackFirst) {
  for (std::size_t i = 0; i + 2 < kLimit; ++i) ASSERT_TRUE(handle(i).get().get());
  disk.fail_operation(disk.operations(), EMFILE);
  ASSERT_TRUE(handle(kLimit).get().get());
  EXPECT_LT(open_files.size(), kLimit - 2);
}

TEST(FileHandle, KeepsItsFileOnAThreadWithoutOpenFiles) {
  FaultyDisk disk;
  FileHandle handle(disk, "file", OpenMode::create);
  write(handle, "written");
  handle.release_if_synced();
  EXPECT_TRUE(handle.is_open());
  ASSERT_TRUE(sync(handle));
  handle.release_if_synced();
  EXPECT_FALSE(handle.is_open());
}

// A disk that takes its time: syncs end when the test says so.
class SlowDisk final : public Disk {
 public:
  class SlowFile final : public File {
   public:
    SlowFile(SlowDisk& disk, FilePtr file) : disk_(disk), file_(std::move(file)) {}
    Io<std::size_t> read(std::uint64_t position, MutableByteView into) override { return file_->read(position, into); }
    Io<> write(std::uint64_t position, std::span<const ByteView> parts) override {
      return file_->write(position, parts);
    }
    Io<> sync_data() override { return later(); }
    bool has_unsynced_writes() const override { return file_->has_unsynced_writes(); }
    Io<> truncate(std::uint64_t size_bytes) override { return file_->truncate(size_bytes); }
    Io<> preallocate(std::uint64_t size_bytes) override { return file_->preallocate(size_bytes); }
    Io<std::uint64_t> size() override { return file_->size(); }
    Io<> set_modified(std::int64_t modified_ms) override { return file_->set_modified(modified_ms); }
    Io<bool> is_resident(std::uint64_t position, std::uint64_t size_bytes) override {
      return file_->is_resident(position, size_bytes);
    }
    int native_handle() const override { return -1; }

   private:
    Task<Result<void>> later() {
      co_await disk_.synced;
      co_return file_->sync_data().get();
    }
    SlowDisk& disk_;
    FilePtr file_;
  };

  Io<FilePtr> open(const std::string& path, OpenMode mode) override {
    auto file = files.open(path, mode).get();
    if (!file) return file.error();
    return FilePtr{std::make_shared<SlowFile>(*this, std::move(*file))};
  }
  Io<std::optional<FileStatus>> status(const std::string& path) override { return files.status(path); }
  Io<std::vector<std::string>> list(const std::string& directory) override { return files.list(directory); }
  Io<> rename(const std::string& from, const std::string& to) override { return files.rename(from, to); }
  Io<> remove(const std::string& path) override { return files.remove(path); }
  Io<> create_directory(const std::string& path) override { return files.create_directory(path); }
  Io<> remove_directory(const std::string& path) override { return files.remove_directory(path); }
  Io<> sync_directory(const std::string& path) override { return files.sync_directory(path); }
  Io<std::unique_ptr<DiskLock>> lock(const std::string& path) override { return files.lock(path); }

  FaultyDisk files;
  Completion<bool> synced;
};

Task<void> open(FileHandle& handle, bool* opened) {
  const auto file = co_await handle.get();
  *opened = bool(file);
}

// What happens to a file while it is synced to be given back.
struct SlowSync : ::testing::Test {
  SlowSync() {
    open_files.use_on_this_thread();
    old = std::make_unique<FileHandle>(disk, "old", OpenMode::create);
    write(*old, "written");
    tasks.spawn("open the next", open(next, &opened));
    EXPECT_FALSE(opened);
  }
  ~SlowSync() override { EXPECT_EQ(tasks.size(), 0u); }

  SlowDisk disk;
  OpenFiles open_files{1};
  std::unique_ptr<FileHandle> old;
  FileHandle next{disk, "next", OpenMode::create};
  bool opened = false;
  TaskGroup tasks;
};

TEST_F(SlowSync, TheOtherIsOpenedWhenItIsDone) {
  disk.synced.complete(true);
  EXPECT_TRUE(opened);
  EXPECT_FALSE(old->is_open());
}

TEST_F(SlowSync, AFileThatIsWrittenToMeanwhileStays) {
  const auto file = old->get().get();
  ASSERT_TRUE(file);
  disk.synced.complete(true);
  EXPECT_TRUE(opened);
  EXPECT_TRUE(old->is_open());
}

TEST_F(SlowSync, TheHandleMayGoMeanwhile) {
  old.reset();
  disk.synced.complete(true);
  EXPECT_TRUE(opened);
  EXPECT_EQ(open_files.size(), 1u);
}

}  // namespace
}  // namespace muir::storage
