#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/runtime/pool.h"
#include "storage/disk/disk.h"
#include "storage/disk/sync_threads.h"

namespace muir::server {

// Takes from a shard what would wait for a disk: syncs go to the SyncThreads of their log directory, reads that the
// page cache cannot serve and removals to a pool, and their answers come back to the shard that asked.  Everything
// else, and everything that is asked on a thread that is no shard's, is answered inline by `disk`, which must do so.
//
// Outlives every file that it opened, and the shards that use it.  Any thread may use it.
class ThreadedDisk final : public storage::Disk {
 public:
  // `log_dirs`: those whose files are treated so, if they are there.
  ThreadedDisk(storage::Disk& disk, const std::vector<std::string>& log_dirs);

  storage::Io<storage::FilePtr> open(const std::string& path, storage::OpenMode mode) override;
  storage::Io<std::optional<storage::FileStatus>> status(const std::string& path) override;
  storage::Io<std::vector<std::string>> list(const std::string& directory) override;
  storage::Io<> rename(const std::string& from, const std::string& to) override;
  storage::Io<> remove(const std::string& path) override;
  storage::Io<> create_directory(const std::string& path) override;
  storage::Io<> remove_directory(const std::string& path) override;
  storage::Io<> aside(std::function<void()> work) override;
  storage::Io<> sync_directory(const std::string& path) override;
  storage::Io<std::unique_ptr<storage::DiskLock>> lock(const std::string& path) override;

 private:
  struct LogDirThreads {
    std::string prefix;  // "<log dir>/"
    std::unique_ptr<storage::SyncThreads> threads;
  };
  storage::SyncThreads* threads_of(const std::string& path);

  storage::Disk& disk_;
  std::vector<LogDirThreads> log_dirs_;
  Pool pool_;
  Pool aside_;  // For work, so that nobody's work holds up anybody's reads.
};

}  // namespace muir::server
