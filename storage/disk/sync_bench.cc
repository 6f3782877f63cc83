// What a group commit costs: appends to many files, then all of them on stable storage.  By fdatasync, one call a file
// on a number of threads, or by one syncfs; the figures chose what SyncThreads does (docs/adr/067).
//
// The files are made in TEST_TMPDIR, else in the working directory: on a tmpfs the figures say nothing.
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include "wire/base/check.h"

namespace muir::storage {
namespace {

constexpr std::size_t kAppendBytes = 1024;
constexpr off_t kFileBytes = 64 << 20;  // Then a file begins anew.

enum class Layout {
  append,       // The file grows by what is written: its size is part of what has to be synced.
  reserved,     // The same, with blocks reserved beyond its end (fallocate).
  size_set,     // Size and blocks are there, but the blocks have never been written.
  overwritten,  // Every block was written and synced before.
};

std::string directory() {
  const char* const set = std::getenv("TEST_TMPDIR");
  return set != nullptr ? set : ".";
}

// Files to append to, and what is to be synced of them.
class Files {
 public:
  Files(std::size_t count, Layout layout) : layout_(layout) {
    for (std::size_t i = 0; i < count; ++i) {
      names_.push_back(directory() + "/sync_bench." + std::to_string(::getpid()) + "." + std::to_string(i));
      fds_.push_back(::open(names_.back().c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
      CHECK(fds_.back() >= 0);
      lay_out(fds_.back());
    }
    CHECK(::syncfs(fds_.front()) == 0);
  }
  ~Files() {
    for (const int fd : fds_) ::close(fd);
    for (const std::string& name : names_) ::unlink(name.c_str());
  }

  void append_to_all() {
    static const std::vector<char> bytes(kAppendBytes, 'x');
    if (end_ + static_cast<off_t>(kAppendBytes) > size_max()) end_ = 0;
    for (const int fd : fds_) CHECK(::pwrite(fd, bytes.data(), bytes.size(), end_) == ssize_t{kAppendBytes});
    end_ += kAppendBytes;
  }
  void sync(std::size_t file) { CHECK(::fdatasync(fds_[file]) == 0); }
  void sync_file_system() { CHECK(::syncfs(fds_.front()) == 0); }
  std::size_t size() const { return fds_.size(); }

 private:
  off_t size_max() const { return kFileBytes / static_cast<off_t>(fds_.size()); }

  void lay_out(int fd) const {
    if (layout_ == Layout::reserved) CHECK(::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, size_max()) == 0);
    if (layout_ == Layout::size_set) CHECK(::fallocate(fd, 0, 0, size_max()) == 0);
    if (layout_ != Layout::overwritten) return;
    const std::vector<char> zeros(static_cast<std::size_t>(size_max()));
    CHECK(::pwrite(fd, zeros.data(), zeros.size(), 0) == size_max());
  }

  Layout layout_;
  std::vector<std::string> names_;
  std::vector<int> fds_;
  off_t end_ = 0;
};

// Threads that sync the files of one round, each the next that nobody has taken.
class Syncers {
 public:
  Syncers(Files& files, std::size_t threads) : files_(files) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  }
  ~Syncers() {
    begin_round(true);
    for (std::thread& thread : threads_) thread.join();
  }

  void sync_all() {
    begin_round(false);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return synced_ == files_.size(); });
  }

 private:
  void begin_round(bool is_last) {
    const std::lock_guard lock(mutex_);
    next_ = synced_ = 0;
    is_last_ = is_last;
    ++round_;
    changed_.notify_all();
  }

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return is_last_ || next_ < files_.size(); });
      if (is_last_) return;
      const std::size_t file = next_++;
      lock.unlock();
      files_.sync(file);
      lock.lock();
      if (++synced_ == files_.size()) changed_.notify_all();
    }
  }

  Files& files_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_ = 1'000'000, synced_ = 0;
  int round_ = 0;
  bool is_last_ = false;
  std::vector<std::thread> threads_;
};

void per_second(benchmark::State& state, std::size_t files) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * files));
}

void BM_fdatasync_of_each(benchmark::State& state) {
  Files files(static_cast<std::size_t>(state.range(0)), Layout::append);
  Syncers syncers(files, static_cast<std::size_t>(state.range(1)));
  for (auto _ : state) {
    files.append_to_all();
    syncers.sync_all();
  }
  per_second(state, files.size());
}
BENCHMARK(BM_fdatasync_of_each)
    ->ArgNames({"files", "threads"})
    ->ArgsProduct({{1, 2, 3, 5, 10, 100}, {1, 4, 16}})
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void BM_syncfs(benchmark::State& state) {
  Files files(static_cast<std::size_t>(state.range(0)), Layout::append);
  for (auto _ : state) {
    files.append_to_all();
    files.sync_file_system();
  }
  per_second(state, files.size());
}
BENCHMARK(BM_syncfs)->ArgName("files")->ArgsProduct({{1, 2, 3, 5, 10, 100}})->MeasureProcessCPUTime()->UseRealTime();

void BM_fdatasync_by_layout(benchmark::State& state) {
  Files files(1, static_cast<Layout>(state.range(0)));
  for (auto _ : state) {
    files.append_to_all();
    files.sync(0);
  }
  per_second(state, files.size());
}
BENCHMARK(BM_fdatasync_by_layout)->ArgName("layout")->DenseRange(0, 3)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace muir::storage
