#include "server/replica/threaded_disk.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <thread>

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "storage/disk/page_cache.h"
#include "storage/disk/unsynced_changes.h"

namespace muir::server {
namespace {

using storage::FilePtr;
using storage::Io;

constexpr std::size_t kPoolThreads = 2;                // They wait for disks, which have few heads.
constexpr std::uint64_t kProbeStrideBytes = 64 << 10;  // What sendfile moves at once.
constexpr std::size_t kScratchBytes = 64 << 10;

std::size_t aside_threads() { return std::max(1U, std::thread::hardware_concurrency() / 2); }

// On a thread that is no shard's nobody else waits.
bool may_block() { return Shard::current() == nullptr; }

// A sync that its shard waits for.  Stands in the frame of the coroutine that awaits it.
class SyncCall : public storage::SyncRequest, public Message {
 public:
  explicit SyncCall(storage::SyncThreads& threads) : threads_(threads) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    awaiter_ = awaiter;
    threads_.submit(*this);
  }
  Result<void> await_resume() { return *outcome_; }

  void synced(Result<void> outcome) override {
    outcome_ = outcome;
    caller_.send(*this);
  }
  void run() override { awaiter_.resume(); }

 protected:
  ~SyncCall() = default;

  storage::SyncThreads& threads_;

 private:
  Shard& caller_ = *Shard::current();
  std::coroutine_handle<> awaiter_;
  std::optional<Result<void>> outcome_;
};

class FileSync final : public SyncCall {
 public:
  FileSync(storage::SyncThreads& threads, storage::File& file, std::uint64_t bytes)
      : SyncCall(threads), file_(file), bytes_(bytes) {}

  Result<void> sync() override {
    const auto synced = file_.sync_data().get();
    threads_.synced_alone(bytes_);
    return synced;
  }

 private:
  storage::File& file_;
  std::uint64_t bytes_;
};

class DirectorySync final : public SyncCall {
 public:
  DirectorySync(storage::SyncThreads& threads, storage::Disk& disk, const std::string& path)
      : SyncCall(threads), disk_(disk), path_(path) {}

  Result<void> sync() override { return disk_.sync_directory(path_).get(); }

 private:
  storage::Disk& disk_;
  const std::string& path_;
};

// Reads what the page cache has, from `position` on; nothing when not all of it is there.
std::optional<Result<std::size_t>> read_cached(int fd, std::uint64_t position, MutableByteView into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const iovec rest{into.data() + done, into.size() - done};
    const auto count = ::preadv2(fd, &rest, 1, static_cast<off_t>(position + done), RWF_NOWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) break;  // The file ends here.
    done += static_cast<std::size_t>(count);
  }
  return done;
}

bool is_cached(int fd, std::uint64_t position) {
  std::byte byte;
  const auto found = read_cached(fd, position, {&byte, 1});
  return found.has_value();
}

// Whether each stride of the range begins in the page cache, and its last byte is there, where the kernel does not tell
// exactly.
bool looks_cached(int fd, std::uint64_t position, std::uint64_t size_bytes) {
  if (size_bytes == 0) return true;
  if (const auto is_there = storage::is_in_page_cache(fd, position, size_bytes)) return *is_there;
  const std::uint64_t last = position + size_bytes - 1;
  if (!is_cached(fd, last)) return false;
  for (std::uint64_t at = position; at < last; at += kProbeStrideBytes)
    if (!is_cached(fd, at)) return false;
  return true;
}

// Reads the range for the page cache alone.  What comes behind it is begun: a consumer who is here goes on there.
Result<void> fill_cache(storage::File& file, std::uint64_t position, std::uint64_t size_bytes) {
  const int fd = file.native_handle();
  static_cast<void>(::readahead(fd, static_cast<off64_t>(position), 2 * size_bytes));
  std::array<std::byte, kScratchBytes> scratch;
  for (std::uint64_t done = 0; done < size_bytes;) {
    const auto wanted = std::min<std::uint64_t>(scratch.size(), size_bytes - done);
    const auto count = file.read(position + done, MutableByteView(scratch).first(wanted)).get();
    if (!count) return count.error();
    if (*count < wanted) return ok();
    done += wanted;
  }
  return ok();
}

class ThreadedFile final : public storage::File, public std::enable_shared_from_this<ThreadedFile> {
 public:
  ThreadedFile(FilePtr file, storage::SyncThreads& threads, Pool& pool)
      : file_(std::move(file)), threads_(threads), pool_(pool) {}

  Io<std::size_t> read(std::uint64_t position, MutableByteView into) override {
    if (may_block() || native_handle() < 0) return file_->read(position, into);
    if (const auto cached = read_cached(native_handle(), position, into)) return *cached;
    return read_on_pool(file_, &pool_, position, into);
  }
  Io<> write(std::uint64_t position, std::span<const ByteView> parts) override {
    std::uint64_t bytes = 0;
    for (const ByteView part : parts) bytes += part.size();
    unsynced_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    threads_.wrote(bytes);
    auto written = file_->write(position, parts);
    changes_.changed();
    return written;
  }
  Io<> sync_data() override {
    if (const auto failure = changes_.failure()) return *failure;
    const std::uint64_t bytes = unsynced_bytes_.exchange(0, std::memory_order_relaxed);
    if (!may_block()) return sync_on_thread(shared_from_this(), bytes);
    threads_.synced_alone(bytes);
    const auto covered = changes_.so_far();
    auto synced = file_->sync_data().get();
    changes_.synced(covered, synced);
    return synced;
  }
  // A sync of the whole file system is one of this file too, and the file below does not hear of it.
  bool has_unsynced_writes() const override { return changes_.any(); }
  Io<> truncate(std::uint64_t size_bytes) override {
    auto cut = file_->truncate(size_bytes);
    changes_.changed();
    return cut;
  }
  Io<> preallocate(std::uint64_t size_bytes) override { return file_->preallocate(size_bytes); }
  Io<std::uint64_t> size() override { return file_->size(); }
  Io<> set_modified(std::int64_t modified_ms) override { return file_->set_modified(modified_ms); }
  Io<bool> is_resident(std::uint64_t position, std::uint64_t size_bytes) override {
    return file_->is_resident(position, size_bytes);
  }
  int native_handle() const override { return file_->native_handle(); }

  Io<> make_resident(std::uint64_t position, std::uint64_t size_bytes) override {
    if (may_block() || native_handle() < 0 || looks_cached(native_handle(), position, size_bytes)) return ok();
    return fill_on_pool(file_, &pool_, position, size_bytes);
  }

 private:
  static Task<Result<std::size_t>> read_on_pool(FilePtr file, Pool* pool, std::uint64_t position,
                                                MutableByteView into) {
    const auto count = co_await pool->run([&] { return file->read(position, into).get(); });
    co_return count;
  }
  static Task<Result<void>> fill_on_pool(FilePtr file, Pool* pool, std::uint64_t position, std::uint64_t size_bytes) {
    const auto filled = co_await pool->run([&] { return fill_cache(*file, position, size_bytes); });
    co_return filled;
  }
  static Task<Result<void>> sync_on_thread(std::shared_ptr<ThreadedFile> self, std::uint64_t bytes) {
    const auto covered = self->changes_.so_far();
    FileSync sync(self->threads_, *self->file_, bytes);
    const auto synced = co_await sync;
    self->changes_.synced(covered, synced);
    co_return synced;
  }

  FilePtr file_;
  storage::SyncThreads& threads_;
  Pool& pool_;
  std::atomic<std::uint64_t> unsynced_bytes_{0};
  storage::UnsyncedChanges changes_;
};

Task<Result<void>> sync_directory_on_thread(storage::Disk* disk, storage::SyncThreads* threads, std::string path) {
  DirectorySync sync(*threads, *disk, path);
  const auto synced = co_await sync;
  co_return synced;
}

Task<Result<void>> remove_on_pool(storage::Disk* disk, Pool* pool, std::string path) {
  const auto removed = co_await pool->run([&] { return disk->remove(path).get(); });
  co_return removed;
}

Task<Result<void>> aside_on_pool(Pool* pool, std::function<void()> work) {
  co_await pool->run_paid(std::move(work));
  co_return ok();
}

}  // namespace

ThreadedDisk::ThreadedDisk(storage::Disk& disk, const std::vector<std::string>& log_dirs)
    : disk_(disk), pool_(kPoolThreads), aside_(aside_threads(), Pool::Standing::behind_shards) {
  for (const std::string& dir : log_dirs) log_dirs_.push_back({dir + "/", std::make_unique<storage::SyncThreads>(dir)});
}

storage::SyncThreads* ThreadedDisk::threads_of(const std::string& path) {
  LogDirThreads* found = nullptr;
  for (LogDirThreads& dir : log_dirs_) {
    const bool is_in = path.starts_with(dir.prefix) || path + "/" == dir.prefix;
    if (is_in && (found == nullptr || found->prefix.size() < dir.prefix.size())) found = &dir;
  }
  return found == nullptr ? nullptr : found->threads.get();
}

Io<FilePtr> ThreadedDisk::open(const std::string& path, storage::OpenMode mode) {
  auto file = disk_.open(path, mode).get();
  storage::SyncThreads* const threads = threads_of(path);
  if (!file || threads == nullptr) return file;
  return FilePtr{std::make_shared<ThreadedFile>(std::move(*file), *threads, pool_)};
}

Io<> ThreadedDisk::remove(const std::string& path) {
  if (may_block()) return disk_.remove(path);
  return remove_on_pool(&disk_, &pool_, path);
}

Io<> ThreadedDisk::aside(std::function<void()> work) {
  if (!may_block()) return aside_on_pool(&aside_, std::move(work));
  work();
  return ok();
}

Io<> ThreadedDisk::sync_directory(const std::string& path) {
  storage::SyncThreads* const threads = threads_of(path);
  if (may_block() || threads == nullptr) return disk_.sync_directory(path);
  return sync_directory_on_thread(&disk_, threads, path);
}

Io<std::optional<storage::FileStatus>> ThreadedDisk::status(const std::string& path) { return disk_.status(path); }
Io<std::vector<std::string>> ThreadedDisk::list(const std::string& directory) { return disk_.list(directory); }
Io<> ThreadedDisk::rename(const std::string& from, const std::string& to) { return disk_.rename(from, to); }
Io<> ThreadedDisk::create_directory(const std::string& path) { return disk_.create_directory(path); }
Io<> ThreadedDisk::remove_directory(const std::string& path) { return disk_.remove_directory(path); }
Io<std::unique_ptr<storage::DiskLock>> ThreadedDisk::lock(const std::string& path) { return disk_.lock(path); }

}  // namespace muir::server
