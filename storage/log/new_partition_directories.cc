#include "storage/log/new_partition_directories.h"

#include "storage/log/leader_epochs.h"
#include "storage/log/partition_metadata.h"

namespace muir::storage {
namespace {

constexpr std::string_view kTemporarySuffix = ".tmp";  // What write_atomically() would overwrite, and all ignore.

std::string path_of(const NewPartitionDirectory& directory, std::string_view file) {
  return directory.path + "/" + std::string(file);
}

Result<void> write_draft(Disk& disk, const std::string& path, const std::string& text) {
  const auto file = disk.open(path + std::string(kTemporarySuffix), OpenMode::replace).get();
  if (!file) return file.error();
  const ByteView bytes = as_bytes(text);
  return (*file)->write(0, {&bytes, 1}).get();
}

Result<void> draft(Disk& disk, const NewPartitionDirectory& directory) {
  const auto created = disk.create_directory(directory.path).get();
  if (!created) return created;
  const auto id =
      write_draft(disk, path_of(directory, kPartitionMetadataFile), format_partition_metadata(directory.topic_id));
  if (!id || !directory.first_epoch) return id;
  LeaderEpochs epochs;
  epochs.assign(*directory.first_epoch, Offset{0});
  return write_draft(disk, path_of(directory, kLeaderEpochFile), epochs.format());
}

Result<void> give_name(Disk& disk, const std::string& path) {
  return disk.rename(path + std::string(kTemporarySuffix), path).get();
}

// The id last: a directory without it counts as one that was never finished.
Result<void> finish(Disk& disk, const NewPartitionDirectory& directory) {
  if (directory.first_epoch) {
    const auto epochs = give_name(disk, path_of(directory, kLeaderEpochFile));
    if (!epochs) return epochs;
  }
  return give_name(disk, path_of(directory, kPartitionMetadataFile));
}

}  // namespace

Result<void> make_partition_directories(Disk& disk, std::vector<NewPartitionDirectory> directories,
                                        const std::function<Result<void>()>& sync) {
  std::erase_if(directories, [&](const NewPartitionDirectory& directory) {
    const auto status = disk.status(directory.path).get();
    return !status || *status;
  });
  for (const NewPartitionDirectory& directory : directories)
    if (const auto drafted = draft(disk, directory); !drafted) return drafted;
  if (const auto synced = sync(); !synced) return synced;
  for (const NewPartitionDirectory& directory : directories)
    if (const auto finished = finish(disk, directory); !finished) return finished;
  return ok();
}

}  // namespace muir::storage
