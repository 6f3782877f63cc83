#include "wire/record/crc32c.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace muir::wire {
namespace {

// RFC 3720, B.4, and the check value of the polynomial's catalogue entry.
TEST(Crc32c, GivesThePublishedValues) {
  OwnedBytes zeroes(32), ones(32, std::byte{0xff}), up(32), down(32);
  for (int i = 0; i < 32; ++i) up[i] = std::byte(i), down[31 - i] = std::byte(i);
  for (const auto crc : {&crc32c_portable, &crc32c}) {
    EXPECT_EQ(crc({}, 0), 0u);
    EXPECT_EQ(crc(as_bytes("123456789"), 0), 0xe3069283u);
    EXPECT_EQ(crc(zeroes, 0), 0x8a9136aau);
    EXPECT_EQ(crc(ones, 0), 0x62a8ab43u);
    EXPECT_EQ(crc(up, 0), 0x46dd794eu);
    EXPECT_EQ(crc(down, 0), 0x113fdb5cu);
  }
}

TEST(Crc32c, InstructionAndTableAgreeAtEveryLengthAndAlignment) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  OwnedBytes bytes(100'000);
  std::ranges::generate(bytes, [&] { return std::byte(random()); });
  for (std::size_t size = 0; size < 2000; ++size) {
    const ByteView part = ByteView(bytes).subspan(random() % 16, size);
    ASSERT_EQ(crc32c(part), crc32c_portable(part)) << size;
  }
  for (const std::size_t size : {24'575, 24'576, 24'577, 25'344, 49'152, 99'000}) {
    const ByteView part = ByteView(bytes).subspan(random() % 16, size);
    ASSERT_EQ(crc32c(part), crc32c_portable(part)) << size;
  }
}

TEST(Crc32c, ContinuesWhereItStopped) {
  const ByteView text = as_bytes("the whole is the sum of its parts");
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    EXPECT_EQ(crc32c(text.subspan(cut), crc32c(text.first(cut))), crc32c(text));
}

}  // namespace
}  // namespace muir::wire
