#include "wire/base/frame_pool.h"

#include <array>
#include <new>

namespace muir::detail {
namespace {

// Sanitizers are to see every frame go.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kKeepsFrames = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kKeepsFrames = false;
#else
constexpr bool kKeepsFrames = true;
#endif
#else
constexpr bool kKeepsFrames = true;
#endif

constexpr std::size_t kStep = 32;
constexpr std::size_t kSizes = 128;              // Frames of up to 4 KiB are kept,
constexpr std::size_t kKeptPerSize = 32 * 1024;  // up to so many bytes of each size: those of a loop turn.

struct FreeFrame {
  FreeFrame* next;
};

struct Kept {
  FreeFrame* first = nullptr;
  std::size_t bytes = 0;
};

class FramePool {
 public:
  ~FramePool() {
    is_gone_ = true;
    for (Kept& kept : by_size_) {
      while (FreeFrame* const frame = kept.first) {
        kept.first = frame->next;
        ::operator delete(frame);
      }
    }
  }

  void* take(std::size_t size) {
    Kept& kept = by_size_[size];
    FreeFrame* const frame = kept.first;
    if (frame == nullptr) return ::operator new((size + 1) * kStep);
    kept.first = frame->next;
    kept.bytes -= (size + 1) * kStep;
    return frame;
  }

  void give_back(void* memory, std::size_t size) noexcept {
    Kept& kept = by_size_[size];
    if (is_gone_ || kept.bytes >= kKeptPerSize) return ::operator delete(memory);
    kept.bytes += (size + 1) * kStep;
    kept.first = new (memory) FreeFrame{kept.first};
  }

  std::size_t kept_bytes() const {
    std::size_t bytes = 0;
    for (const Kept& kept : by_size_) bytes += kept.bytes;
    return bytes;
  }

 private:
  std::array<Kept, kSizes> by_size_;
  bool is_gone_ = false;  // Other objects of the thread may be destroyed later, and free frames.
};

thread_local FramePool pool;

}  // namespace

void* allocate_frame(std::size_t bytes) {
  const std::size_t size = (bytes - 1) / kStep;
  if (!kKeepsFrames || size >= kSizes) return ::operator new(bytes);
  return pool.take(size);
}

void free_frame(void* frame, std::size_t bytes) noexcept {
  const std::size_t size = (bytes - 1) / kStep;
  if (!kKeepsFrames || size >= kSizes) return ::operator delete(frame);
  pool.give_back(frame, size);
}

std::size_t kept_frame_bytes() { return pool.kept_bytes(); }

}  // namespace muir::detail
