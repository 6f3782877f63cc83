#pragma once

#include <cstddef>

namespace muir::detail {

// Memory for the frames of coroutines.  A request runs through some twenty of them, each gone before the next request
// comes: a thread keeps what it has freed, by size, and hands it out again for a few instructions.  Frames may be freed
// on another thread than the one that allocated them.  Aborts when the system has no memory left, as operator new
// would.
void* allocate_frame(std::size_t bytes);
void free_frame(void* frame, std::size_t bytes) noexcept;

// What the calling thread holds and nobody uses.
std::size_t kept_frame_bytes();

}  // namespace muir::detail
