#include "server/replica/threaded_disk.h"

#include <filesystem>
#include <future>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/uio.h>
#include <unistd.h>

#include "server/replica/test_partitions.h"
#include "storage/disk/posix_disk.h"

namespace muir::server::testing {
namespace {

using storage::FilePtr;
using storage::Io;

// Files of the system whose syncs and reads end when the test opens the gate; and who made them.
class GatedDisk final : public storage::Disk {
 private:
  template <class F>
  auto pass(F call) {
    if (Shard::current() != nullptr) ++on_shards;
    opened_.wait();
    return call();
  }

 public:
  Io<FilePtr> open(const std::string& path, storage::OpenMode mode) override {
    auto file = disk_.open(path, mode).get();
    if (!file) return file.error();
    return FilePtr{std::make_shared<Gated>(*this, std::move(*file))};
  }
  Io<std::optional<storage::FileStatus>> status(const std::string& path) override { return disk_.status(path); }
  Io<std::vector<std::string>> list(const std::string& directory) override { return disk_.list(directory); }
  Io<> rename(const std::string& from, const std::string& to) override { return disk_.rename(from, to); }
  Io<> remove(const std::string& path) override {
    return pass([&] { return disk_.remove(path).get(); });
  }
  Io<> create_directory(const std::string& path) override { return disk_.create_directory(path); }
  Io<> remove_directory(const std::string& path) override { return disk_.remove_directory(path); }
  Io<> sync_directory(const std::string& path) override {
    return pass([&] { return disk_.sync_directory(path).get(); });
  }
  Io<std::unique_ptr<storage::DiskLock>> lock(const std::string& path) override { return disk_.lock(path); }

  void open_gate() { gate_.set_value(); }
  void wait_for_gate() const { opened_.wait(); }
  int on_shards = 0;  // Slow calls that a shard's own thread made.

 private:
  class Gated final : public storage::File {
   public:
    Gated(GatedDisk& disk, FilePtr file) : disk_(disk), file_(std::move(file)) {}
    Io<std::size_t> read(std::uint64_t position, MutableByteView into) override {
      return disk_.pass([&] { return file_->read(position, into).get(); });
    }
    Io<> write(std::uint64_t position, std::span<const ByteView> parts) override {
      return file_->write(position, parts);
    }
    Io<> sync_data() override {
      return disk_.pass([&] { return file_->sync_data().get(); });
    }
    bool has_unsynced_writes() const override { return file_->has_unsynced_writes(); }
    Io<> truncate(std::uint64_t size_bytes) override { return file_->truncate(size_bytes); }
    Io<> preallocate(std::uint64_t size_bytes) override { return file_->preallocate(size_bytes); }
    Io<std::uint64_t> size() override { return file_->size(); }
    Io<> set_modified(std::int64_t modified_ms) override { return file_->set_modified(modified_ms); }
    Io<bool> is_resident(std::uint64_t position, std::uint64_t size_bytes) override {
      return file_->is_resident(position, size_bytes);
    }
    int native_handle() const override { return file_->native_handle(); }

   private:
    GatedDisk& disk_;
    FilePtr file_;
  };

  storage::PosixDisk disk_;
  std::promise<void> gate_;
  std::shared_future<void> opened_ = gate_.get_future().share();
};

struct ThreadedDiskTest : ::testing::Test {
  std::optional<bool> was_on_shard;  // Where work aside was done.
  static constexpr std::size_t kBytes = 3 << 20;

  void SetUp() override {
    std::filesystem::create_directory(dir);
    auto opened = disk.open(path, storage::OpenMode::replace).get();  // This thread is no shard's.
    ASSERT_TRUE(opened);
    file = *opened;
    for (std::size_t i = 0; i < kBytes; ++i) content.push_back(std::byte(i * 31 >> 8));
    const ByteView parts[] = {content};
    ASSERT_TRUE(file->write(0, parts).get());
  }
  void TearDown() override {
    if (!is_open) open_gate();
    file.reset();
    std::filesystem::remove_all(dir);
  }
  void open_gate() {
    slow.open_gate();
    is_open = true;
  }

  // False where the file system keeps everything in memory.
  bool drop_from_cache() {
    EXPECT_EQ(::fsync(file->native_handle()), 0);
    EXPECT_EQ(::posix_fadvise(file->native_handle(), 0, 0, POSIX_FADV_DONTNEED), 0);
    std::byte byte;
    const iovec into{&byte, 1};
    return ::preadv2(file->native_handle(), &into, 1, kBytes / 2, RWF_NOWAIT) < 0;
  }

  template <class T>
  Pending<Result<T>> start(Io<T> (*call)(ThreadedDiskTest&)) {
    return shards.start(shards.a, begin(this, call));
  }
  template <class T>
  static Task<Result<T>> begin(ThreadedDiskTest* test, Io<T> (*call)(ThreadedDiskTest&)) {
    auto io = call(*test);  // On the shard, whose thread it must be.
    auto result = co_await io;
    co_return result;
  }
  template <class T>
  Result<T> wait_for(const Pending<Result<T>>& pending) {
    while (!*pending) {
      std::this_thread::yield();
      shards.turns();
    }
    return **pending;
  }

  std::string dir = ::testing::TempDir() + "threaded_disk_test." + std::to_string(::getpid());
  std::string path = dir + "/file";
  GatedDisk slow;
  bool is_open = false;
  ThreadedDisk disk{slow, {dir}};
  TestShards shards;
  FilePtr file;
  OwnedBytes content;
  OwnedBytes read_into = OwnedBytes(100'000);
};

// Another task of the same shard, as an answer to another connection is.
Task<Result<void>> something_else() { co_return ok(); }

TEST_F(ThreadedDiskTest, AShardServesOthersWhileASyncIsUnderWay) {
  const auto synced = start<void>([](ThreadedDiskTest& t) { return t.file->sync_data(); });
  const auto named = start<void>([](ThreadedDiskTest& t) { return t.disk.sync_directory(t.dir); });
  EXPECT_TRUE(*shards.start(shards.a, something_else()));
  EXPECT_FALSE(*synced || *named);

  open_gate();
  EXPECT_TRUE(wait_for(synced));
  EXPECT_TRUE(wait_for(named));
  EXPECT_EQ(slow.on_shards, 0);
}

TEST_F(ThreadedDiskTest, AShardServesOthersWhileColdBytesAreRead) {
  if (!drop_from_cache()) GTEST_SKIP() << "this file system has no cold bytes";
  const auto read = start<std::size_t>([](ThreadedDiskTest& t) { return t.file->read(1 << 20, t.read_into); });
  const auto resident = start<void>([](ThreadedDiskTest& t) { return t.file->make_resident(2 << 20, 1 << 20); });
  EXPECT_TRUE(*shards.start(shards.a, something_else()));
  EXPECT_FALSE(*read || *resident);

  open_gate();
  const auto count = wait_for(read);
  ASSERT_TRUE(count);
  EXPECT_EQ(*count, read_into.size());
  EXPECT_TRUE(std::equal(read_into.begin(), read_into.end(), content.begin() + (1 << 20)));
  EXPECT_TRUE(wait_for(resident));
  EXPECT_EQ(slow.on_shards, 0);
}

TEST_F(ThreadedDiskTest, BytesThatAreInMemoryAreReadAtOnce) {
  const auto read = start<std::size_t>([](ThreadedDiskTest& t) { return t.file->read(0, t.read_into); });
  const auto resident = start<void>([](ThreadedDiskTest& t) { return t.file->make_resident(0, kBytes); });
  const auto beyond = start<std::size_t>([](ThreadedDiskTest& t) { return t.file->read(kBytes - 7, t.read_into); });

  ASSERT_TRUE(*read && *resident && *beyond) << "although the gate is shut";
  EXPECT_EQ(***read, read_into.size());
  EXPECT_EQ(***beyond, 7u);
}

TEST_F(ThreadedDiskTest, ARemovalIsWaitedForByNobodyElse) {
  const auto removed = start<void>([](ThreadedDiskTest& t) { return t.disk.remove(t.path); });
  EXPECT_TRUE(*shards.start(shards.a, something_else()));
  EXPECT_FALSE(*removed);

  open_gate();
  EXPECT_TRUE(wait_for(removed));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ThreadedDiskTest, AShardServesOthersWhileWorkIsDoneAside) {
  const auto done = start<void>([](ThreadedDiskTest& t) {
    return t.disk.aside([&t] {
      t.slow.wait_for_gate();
      t.was_on_shard = Shard::current() != nullptr;
    });
  });
  EXPECT_TRUE(*shards.start(shards.a, something_else()));
  EXPECT_FALSE(*done);

  open_gate();
  EXPECT_TRUE(wait_for(done));
  EXPECT_EQ(was_on_shard, false);
}

TEST_F(ThreadedDiskTest, AThreadThatIsNoShardsWaitsItself) {
  open_gate();
  EXPECT_TRUE(file->sync_data().get());
  EXPECT_TRUE(disk.sync_directory(dir).get());
  EXPECT_EQ(slow.on_shards, 0);
}

}  // namespace
}  // namespace muir::server::testing
