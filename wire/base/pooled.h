#pragma once

#include <cstddef>

#include "wire/base/frame_pool.h"

namespace muir {

// Base of what lives as long as a request: its memory comes from where the frames of coroutines do, so that the next
// request finds it at hand.  May be freed on another thread than the one that allocated it.
struct Pooled {
  static void* operator new(std::size_t bytes) { return detail::allocate_frame(bytes); }
  static void operator delete(void* memory, std::size_t bytes) noexcept { detail::free_frame(memory, bytes); }
};

}  // namespace muir
