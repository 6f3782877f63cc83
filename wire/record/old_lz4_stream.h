#pragma once

#include <memory>

#include "wire/record/decompression_stream.h"

namespace muir::wire {

// LZ4 as messages of format 0 have it: whoever wrote them computed the checksum of the frame's header over too much, so
// that it says nothing (KAFKA-3160).
std::unique_ptr<DecompressionStream> make_old_lz4_stream();

}  // namespace muir::wire
