#include "storage/log/verified_ranges.h"

#include <bitset>
#include <random>

#include <gtest/gtest.h>

namespace muir::storage {
namespace {

// It may know less than a bit for every byte would, never more; and nothing less while there are few ranges.
TEST(VerifiedRanges, KnowWhatABitForEveryByteWouldKnow) {
  constexpr std::uint32_t kBytes = 200;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    VerifiedRanges ranges;
    std::bitset<kBytes> model;
    bool was_full = false;
    for (int step = 0; step < 60; ++step) {
      const auto begin = static_cast<std::uint32_t>(random() % kBytes);
      const auto end = std::min<std::uint32_t>(kBytes, begin + 1 + static_cast<std::uint32_t>(random() % 12));
      const bool adds = random() % 4 != 0;
      for (std::uint32_t at = begin; at < end; ++at) model[at] = adds;
      adds ? ranges.add(begin, end) : ranges.remove(begin, end);
      was_full |= ranges.size() == VerifiedRanges::kRangesMax;
      ASSERT_LE(ranges.size(), VerifiedRanges::kRangesMax);
      for (std::uint32_t at = 0; at < kBytes; ++at) {
        const bool is_covered = ranges.covers(at, at + 1);
        ASSERT_TRUE(!is_covered || model[at]) << "seed " << seed << " byte " << at;
        ASSERT_TRUE(is_covered || !model[at] || was_full) << "seed " << seed << " byte " << at;
      }
    }
  }
}

TEST(VerifiedRanges, JoinWhatTouches) {
  VerifiedRanges ranges;
  ranges.add(0, 10);
  ranges.add(20, 30);
  EXPECT_FALSE(ranges.covers(5, 25));
  ranges.add(10, 20);
  EXPECT_TRUE(ranges.covers(0, 30));
  EXPECT_EQ(ranges.size(), 1u);
}

}  // namespace
}  // namespace muir::storage
