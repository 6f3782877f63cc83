#include "server/replica/log_dir.h"

#include "server/replica/errc.h"
#include "server/runtime/log.h"
#include "storage/log/clean_shutdown_file.h"

namespace muir::server {

Result<std::unique_ptr<LogDir>> LogDir::open(storage::Disk& disk, std::string path, Uuid id) {
  const auto created = disk.create_directory(path).get();
  if (!created) return created.error();
  auto lock = storage::lock_log_directory(disk, path).get();
  if (!lock) {
    if (lock.error() == boost::system::errc::operation_would_block) return ReplicaErrc::log_dir_locked;
    return lock.error();
  }
  return std::unique_ptr<LogDir>(new LogDir(disk, std::move(path), id, std::move(*lock)));
}

std::optional<std::int64_t> LogDir::broker_epoch_of_clean_stop() {
  const auto read = storage::read_clean_shutdown(disk_, path_).run_inline();
  return read ? read->broker_epoch : std::nullopt;
}

Result<bool> LogDir::begin() {
  const auto read = storage::read_clean_shutdown(disk_, path_).run_inline();
  if (!read) return {boost::system::in_place_error, read.error()};
  if (read->was_clean) {
    const auto removed = storage::remove_clean_shutdown(disk_, path_).run_inline();
    if (!removed) return {boost::system::in_place_error, removed.error()};
  }
  return read->was_clean;
}

DirCheckpoints LogDir::read_checkpoints() {
  return {read_checkpoint(storage::kRecoveryPointCheckpoint), read_checkpoint(storage::kLogStartCheckpoint),
          read_checkpoint(storage::kReplicationCheckpoint)};
}

storage::OffsetCheckpoint LogDir::read_checkpoint(std::string_view name) {
  const auto read = storage::read_offset_checkpoint(disk_, path_, name).run_inline();
  if (read) return *read;
  log_warn("checkpoint unreadable, ignored", field("dir", path_), field("file", name),
           field("error", read.error().message()));
  return {};
}

Result<std::vector<storage::FoundPartition>> LogDir::list() {
  return storage::list_partitions(disk_, path_).run_inline();
}

Task<Result<void>> LogDir::write_checkpoint(std::string_view name, storage::OffsetCheckpoint offsets) {
  return storage::write_offset_checkpoint(disk_, path_, name, std::move(offsets));
}

Task<Result<void>> LogDir::mark_clean(std::int64_t broker_epoch) {
  return storage::write_clean_shutdown(disk_, path_, broker_epoch);
}

}  // namespace muir::server
