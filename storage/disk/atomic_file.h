#pragma once

#include "storage/disk/disk.h"

namespace muir::storage {

// When a new file is on stable storage.
enum class NameDurability {
  at_once,
  with_directory,           // When somebody syncs its directory, which is then to follow.
  with_file_and_directory,  // When somebody syncs the file, and then its directory.  Until then a crash may leave
                            // neither the old content nor the new: for what can be told from the rest.
};

// Replaces `path` by `bytes` so that after a crash either the old content is there or the new: `<path>.tmp` is written
// and synced, renamed over it, and the directory synced, as Kafka does it.
Task<Result<void>> write_atomically(Disk& disk, std::string path, OwnedBytes bytes,
                                    NameDurability durability = NameDurability::at_once);

// All of a small file; nothing when there is none.  Fails with EFBIG above `size_max` bytes.
Task<Result<std::optional<OwnedBytes>>> read_file(Disk& disk, std::string path, std::uint64_t size_max);

}  // namespace muir::storage
