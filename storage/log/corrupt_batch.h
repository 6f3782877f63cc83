#pragma once

#include <cstdint>
#include <string>

#include "wire/base/ids.h"

namespace muir::storage {

// A batch that a log would not hand out, for the one who writes it into the broker's log.
struct CorruptBatch {
  std::string file;
  std::uint64_t position = 0;  // Where in the file the batch begins, or begins to make no sense.
  Offset offset = kNoOffset;   // What was asked for.
};

}  // namespace muir::storage
