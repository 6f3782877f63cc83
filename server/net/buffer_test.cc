#include "server/net/buffer.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>

namespace muir::server {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

// Whether an address is part of this process' memory.
bool is_mapped(std::byte* at) {
  unsigned char resident = 0;
  return ::mincore(at, 1, &resident) == 0;
}

std::vector<BufferRef> mappings(BufferPool& pool, std::size_t count, std::size_t bytes) {
  std::vector<BufferRef> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(pool.mapping(bytes));
  return all;
}

TEST(BufferPool, ChunkComesBackWhenTheLastReferenceGoes) {
  BufferPool pool;
  BufferRef first = pool.chunk();
  std::byte* const memory = first.data();
  BufferRef second = first;
  EXPECT_TRUE(first.is_shared());

  first = {};
  EXPECT_FALSE(second.is_shared());
  EXPECT_EQ(pool.in_use(), 1u);
  EXPECT_NE(pool.chunk().data(), memory) << "a chunk that is still referred to was given out again";
  second = {};

  EXPECT_EQ(pool.in_use(), 0u);
  const BufferRef a = pool.chunk(), b = pool.chunk();
  EXPECT_TRUE(a.data() == memory || b.data() == memory);
}

TEST(BufferPool, MovingAReferenceCountsNothing) {
  BufferPool pool;
  BufferRef first = pool.chunk();
  BufferRef second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_FALSE(second.is_shared());
  EXPECT_EQ(second.capacity(), BufferPool::kChunkBytes);
}

TEST(BufferPool, KeepsNoMoreChunksThanItsLimit) {
  BufferPool pool;
  for (int round = 0; round < 2; ++round) {
    std::vector<BufferRef> all;
    for (std::size_t i = 0; i < BufferPool::kKeptChunks + 10; ++i) all.push_back(pool.chunk());
    EXPECT_EQ(pool.in_use(), BufferPool::kKeptChunks + 10);
    EXPECT_EQ(pool.kept_chunks(), 0u);
    all.clear();
    EXPECT_EQ(pool.kept_chunks(), BufferPool::kKeptChunks);
  }
}

TEST(BufferPool, MappingIsReusedWhereTheNextFits) {
  BufferPool pool;
  BufferRef first = pool.mapping(2 * kMiB);
  std::byte* const memory = first.data();
  memory[2 * kMiB - 1] = std::byte{1};
  first = {};

  const BufferRef larger = pool.mapping(3 * kMiB);
  EXPECT_NE(larger.data(), memory);
  EXPECT_GE(larger.capacity(), 3 * kMiB);
  const BufferRef smaller = pool.mapping(kMiB);
  EXPECT_EQ(smaller.data(), memory);
}

TEST(BufferPool, KeepsNoMoreMappingsThanItsLimitAndTheNewestOnes) {
  BufferPool pool;
  auto all = mappings(pool, BufferPool::kKeptBytesMax / kMiB + 3, kMiB);
  std::vector<std::byte*> memory;
  for (const BufferRef& mapping : all) memory.push_back(mapping.data());

  for (BufferRef& mapping : all) mapping = {};

  for (std::size_t i = 0; i < memory.size(); ++i) EXPECT_EQ(is_mapped(memory[i]), i >= 3) << i;
}

TEST(BufferPool, KeepsNoMoreSmallMappingsThanItsLimit) {
  BufferPool pool;
  auto all = mappings(pool, BufferPool::kKeptMappings + 3, BufferPool::kChunkBytes);
  std::vector<std::byte*> memory;
  for (const BufferRef& mapping : all) memory.push_back(mapping.data());

  for (BufferRef& mapping : all) mapping = {};

  for (std::size_t i = 0; i < memory.size(); ++i) EXPECT_EQ(is_mapped(memory[i]), i >= 3) << i;
}

TEST(BufferPool, AMuchLargerMappingIsKeptForWhoNeedsIt) {
  BufferPool pool;
  BufferRef large = pool.mapping(4 * kMiB);
  std::byte* const memory = large.data();
  large = {};
  EXPECT_NE(pool.mapping(kMiB).data(), memory);
  EXPECT_EQ(pool.mapping(3 * kMiB).data(), memory);
}

TEST(BufferPool, MappingAboveTheKeptSizeGoesBackToTheSystem) {
  BufferPool pool;
  BufferRef kept = pool.mapping(BufferPool::kKeptMappingBytesMax);
  BufferRef large = pool.mapping(BufferPool::kKeptMappingBytesMax + 1);
  std::byte* const kept_memory = kept.data();
  std::byte* const large_memory = large.data();
  large_memory[BufferPool::kKeptMappingBytesMax] = std::byte{1};

  kept = {};
  large = {};

  EXPECT_TRUE(is_mapped(kept_memory));
  EXPECT_FALSE(is_mapped(large_memory));
}

TEST(BufferPool, SaysSoWhenTheSystemHasNoAddressesLeft) {
  BufferPool pool;
  EXPECT_FALSE(pool.mapping(std::size_t{1} << 62));
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(BufferPool, AReservedMappingTakesNoMemoryUntilItIsWritten) {
  BufferPool pool;
  const BufferRef mapping = pool.mapping(100 * kMiB);
  std::vector<unsigned char> resident(100 * kMiB / 4096);
  mapping.data()[0] = std::byte{1};
  ASSERT_EQ(::mincore(mapping.data(), 100 * kMiB, resident.data()), 0);
  const auto pages = std::count_if(resident.begin(), resident.end(), [](unsigned char page) { return page & 1; });
  EXPECT_LE(pages, 2 * 512) << "at most a huge page or two";
  EXPECT_GE(pages, 1);
}

}  // namespace
}  // namespace muir::server
