#pragma once

#include <cstdint>

#include "wire/base/bytes.h"

namespace muir::server {

// Bytes of which a share compresses away: runs of random letters and runs of one letter take turns, so that every
// record of some size has both.  A constant payload would lie about compression, caches and checksums; wholly random
// bytes would lie about compression the other way.  The same seed makes the same bytes.
OwnedBytes make_payload(std::size_t bytes, double compressible, std::uint64_t seed);

}  // namespace muir::server
