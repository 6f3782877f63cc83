#pragma once

#include <cstdint>

#include "wire/base/bytes.h"

namespace muir::wire {

// XXH32 with seed 0: the checksum of lz4 frames.
std::uint32_t xxhash32(ByteView bytes);

}  // namespace muir::wire
