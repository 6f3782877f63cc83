#pragma once

#include "storage/disk/disk.h"

namespace muir::storage {

// When the new name of a file is on stable storage.
enum class NameDurability {
  at_once,
  with_directory,  // When somebody syncs its directory, which is then to follow.
};

// Replaces `path` by `bytes` so that after a crash either the old content is there or the new: `<path>.tmp` is written
// and synced, renamed over it, and the directory synced, as Kafka does it.
Task<Result<void>> write_atomically(Disk& disk, std::string path, OwnedBytes bytes,
                                    NameDurability durability = NameDurability::at_once);

// All of a small file; nothing when there is none.  Fails with EFBIG above `size_max` bytes.
Task<Result<std::optional<OwnedBytes>>> read_file(Disk& disk, std::string path, std::uint64_t size_max);

}  // namespace muir::storage
