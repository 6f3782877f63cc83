#pragma once

#include <cstdint>
#include <string>

#include "wire/base/result.h"

namespace muir::storage {

// How much there is of the file system that a directory lies on.
struct FileSystemSpace {
  std::int64_t total_bytes = 0;
  std::int64_t usable_bytes = 0;  // By a process without privileges.
};

// Asks the kernel, which may have to ask a disk or a network: blocks.  Fails with the system's error.
Result<FileSystemSpace> file_system_space(const std::string& directory);

}  // namespace muir::storage
