#include "wire/base/frame_pool.h"

#include <cstring>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace muir::detail {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define __SANITIZE_ADDRESS__ 1  // What gcc defines by itself.
#endif
#endif
constexpr bool kIsPooled =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    false;
#else
    true;
#endif

TEST(FramePool, AFrameIsUsedAgainForOneOfItsSize) {
  if (!kIsPooled) GTEST_SKIP() << "sanitizers are to see every frame go";
  void* const first = allocate_frame(200);
  free_frame(first, 200);
  EXPECT_GE(kept_frame_bytes(), 200u);
  void* const larger = allocate_frame(1000);
  void* const same = allocate_frame(220);
  EXPECT_NE(larger, first);
  EXPECT_EQ(same, first) << "both are of 193 to 224 bytes";
  free_frame(larger, 1000);
  free_frame(same, 220);
}

TEST(FramePool, FramesInUseDoNotOverlap) {
  std::vector<std::pair<unsigned char*, std::size_t>> frames;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t size = 1; size < 9000; size += 61) {
      auto* frame = static_cast<unsigned char*>(allocate_frame(size));
      std::memset(frame, static_cast<int>(size % 251), size);
      frames.emplace_back(frame, size);
    }
    for (const auto& [frame, size] : frames) {
      for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(frame[i], size % 251);
    }
    for (const auto& [frame, size] : frames) free_frame(frame, size);
    frames.clear();
  }
}

TEST(FramePool, KeepsABoundedAmount) {
  std::vector<void*> frames;
  for (int i = 0; i < 10'000; ++i) frames.push_back(allocate_frame(500));
  for (void* frame : frames) free_frame(frame, 500);
  EXPECT_LE(kept_frame_bytes(), 128u * (32 * 1024 + 4096));
}

TEST(FramePool, AFrameMayBeFreedOnAnotherThread) {
  void* const frame = allocate_frame(300);
  std::thread([frame] { free_frame(frame, 300); }).join();
}

}  // namespace
}  // namespace muir::detail
