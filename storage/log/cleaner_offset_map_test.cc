#include "storage/log/cleaner_offset_map.h"

#include <string>

#include <gtest/gtest.h>

namespace muir::storage {
namespace {

// No reference vectors of SipHash-1-3-128 are published: what is held here is that every
// byte, the length and the secret count.
TEST(CleanerOffsetMap, HashesEveryByteAndTheLength) {
  const HashSecret secret{1, 2};
  std::string key(40, 'a');
  const KeyHash hash = hash_key(as_bytes(key), secret);
  EXPECT_EQ(hash_key(as_bytes(key), secret), hash);
  EXPECT_FALSE(hash_key(as_bytes(key), {1, 3}) == hash);
  for (std::size_t i = 0; i < key.size(); ++i) {
    std::string other = key;
    other[i] = 'b';
    EXPECT_FALSE(hash_key(as_bytes(other), secret) == hash) << i;
  }
  EXPECT_FALSE(hash_key(as_bytes(std::string("")), secret) == hash_key(as_bytes(std::string(1, '\0')), secret));
  EXPECT_FALSE(hash_key(as_bytes(std::string(8, '\0')), secret) == hash_key(as_bytes(std::string(9, '\0')), secret));
}

TEST(CleanerOffsetMap, KnowsTheLastOffsetOfEachKey) {
  CleanerOffsetMap map(1 << 20, 0.9, 1000);
  for (int i = 0; i < 3000; ++i) ASSERT_TRUE(map.put(map.hash(as_bytes("k" + std::to_string(i % 1000))), Offset{i}));
  EXPECT_EQ(map.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(map.get(map.hash(as_bytes("k" + std::to_string(i)))), Offset{2000 + i});
  EXPECT_EQ(map.get(map.hash(as_bytes(std::string("absent")))), kNoOffset);
}

TEST(CleanerOffsetMap, IsFullAtItsLoadFactor) {
  CleanerOffsetMap map(24 * 100, 0.9, 1'000'000);
  EXPECT_EQ(map.entries_max(), 90u);
  for (int i = 0; i < 90; ++i) ASSERT_TRUE(map.put(map.hash(as_bytes(std::to_string(i))), Offset{i}));
  EXPECT_FALSE(map.put(map.hash(as_bytes(std::string("one more"))), Offset{90}));
  for (int i = 0; i < 90; ++i) EXPECT_EQ(map.get(map.hash(as_bytes(std::to_string(i)))), Offset{i});
}

// Memory follows the keys that there can be, not what the setting allows.
TEST(CleanerOffsetMap, TakesNoMoreMemoryThanItsKeysCanNeed) {
  CleanerOffsetMap map(std::uint64_t{128} << 20, 0.9, 10);
  EXPECT_LT(map.entries_max(), 30u);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(map.put(map.hash(as_bytes(std::to_string(i))), Offset{i}));
}

}  // namespace
}  // namespace muir::storage
