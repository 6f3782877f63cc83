#include "storage/log/log_directory.h"

namespace muir::storage {

Io<std::unique_ptr<DiskLock>> lock_log_directory(Disk& disk, const std::string& log_dir) {
  return disk.lock(log_dir + "/" + std::string(kLockFile));
}

Task<Result<std::vector<FoundPartition>>> list_partitions(Disk& disk, std::string log_dir) {
  const auto names = co_await disk.list(log_dir);
  if (!names) co_return names.error();
  std::vector<FoundPartition> found;
  for (const std::string& name : *names) {
    auto partition = parse_partition_directory(name);
    if (!partition) continue;
    const std::string path = log_dir + "/" + name;
    const auto status = co_await disk.status(path);
    if (!status) co_return status.error();
    if (*status && (*status)->is_directory) found.push_back({path, std::move(*partition)});
  }
  co_return found;
}

Task<Result<void>> remove_partition_directory(Disk& disk, std::string path) {
  const auto exists = co_await disk.status(path);
  if (!exists) co_return exists.error();
  if (!*exists) co_return ok();
  const auto names = co_await disk.list(path);
  if (!names) co_return names.error();
  for (const std::string& name : *names) {
    const std::string file = path + "/" + name;
    const auto removed = co_await disk.remove(file);
    if (!removed) co_return removed;
  }
  const auto removed = co_await disk.remove_directory(path);
  co_return removed;
}

}  // namespace muir::storage
