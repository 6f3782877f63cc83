#pragma once

#include <string>

#include "wire/base/result.h"

namespace muir::storage {

// Everything that was written to the file system of `directory` before, names with it, is on stable storage: one wait
// for the disk however many files that are (syncfs).  Blocks, for as long as others' dirty pages take too.  Fails with
// the system's error; before Linux 5.8 an error of writing back is not told.
Result<void> sync_file_system(const std::string& directory);

}  // namespace muir::storage
