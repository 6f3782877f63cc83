#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/disk/disk.h"
#include "storage/log/log_directory.h"
#include "storage/log/offset_checkpoint.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"
#include "wire/base/uuid.h"

namespace muir::server {

struct DirCheckpoints {
  storage::OffsetCheckpoint recovery_points;    // Everything below was synced.
  storage::OffsetCheckpoint log_start_offsets;  // Only those that DeleteRecords or retention has moved.
  storage::OffsetCheckpoint high_watermarks;
};

// One of log.dirs: its lock, its checkpoints, and the marker of a clean stop.  Formats: docs/formats/log-directory.md.
// What does not return a Task blocks: on a thread that may, with a disk that answers inline.
class LogDir {
 public:
  // Creates the directory if need be and locks it (`.lock`) against other processes, Apache Kafka's among them.
  // Fails with log_dir_locked, or what the disk said.
  static Result<std::unique_ptr<LogDir>> open(storage::Disk& disk, std::string path, Uuid id);

  // The broker epoch in the marker of a clean stop; nothing if there is no readable marker.
  std::optional<std::int64_t> broker_epoch_of_clean_stop();

  // Takes the marker away, so that a crash while loading counts as one, and says whether there was one.
  Result<bool> begin();

  // A checkpoint that is missing or unreadable is empty: recovery then starts from the first segment, and a high
  // watermark at the log start.
  DirCheckpoints read_checkpoints();

  // The directories of partitions, in whatever state.
  Result<std::vector<storage::FoundPartition>> list();

  Task<Result<void>> write_checkpoint(std::string_view name, storage::OffsetCheckpoint offsets);

  // Everything below was synced and closed: the next start need not recover.
  Task<Result<void>> mark_clean(std::int64_t broker_epoch);

  const std::string& path() const { return path_; }
  const Uuid& id() const { return id_; }

 private:
  LogDir(storage::Disk& disk, std::string path, Uuid id, std::unique_ptr<storage::DiskLock> lock)
      : disk_(disk), path_(std::move(path)), id_(id), lock_(std::move(lock)) {}

  storage::OffsetCheckpoint read_checkpoint(std::string_view name);

  storage::Disk& disk_;
  std::string path_;
  Uuid id_;
  std::unique_ptr<storage::DiskLock> lock_;
};

}  // namespace muir::server
