#include "wire/record/batch.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "wire/record/crc32c.h"

namespace muir::wire {
namespace {

// A v2 batch without records, its CRC right.
OwnedBytes empty_batch(std::int64_t base_offset, std::int32_t last_offset_delta, std::int16_t attributes = 0) {
  OwnedBytes batch(kBatchHeaderBytes);
  store_big_endian<std::int64_t>(&batch[0], base_offset);
  store_big_endian<std::int32_t>(&batch[8], 49);
  store_big_endian<std::int32_t>(&batch[12], 7);
  store_big_endian<std::int8_t>(&batch[16], 2);
  store_big_endian<std::int16_t>(&batch[21], attributes);
  store_big_endian<std::int32_t>(&batch[23], last_offset_delta);
  store_big_endian<std::int64_t>(&batch[27], 1000);
  store_big_endian<std::int64_t>(&batch[35], 2000);
  store_big_endian<std::int64_t>(&batch[43], 42);
  store_big_endian<std::int16_t>(&batch[51], 3);
  store_big_endian<std::int32_t>(&batch[53], 0x7ffffffe);
  store_big_endian<std::int32_t>(&batch[57], 5);
  store_big_endian<std::uint32_t>(&batch[17], crc32c(ByteView(batch).subspan(21)));
  return batch;
}

TEST(BatchView, ReadsEveryHeaderField) {
  const OwnedBytes bytes = empty_batch(100, 4, 0x7c);

  const auto batch = BatchView::parse(bytes);

  ASSERT_TRUE(batch) << batch.error();
  EXPECT_EQ(batch->base_offset(), Offset{100});
  EXPECT_EQ(batch->last_offset(), Offset{104});
  EXPECT_EQ(batch->end_offset(), Offset{105});
  EXPECT_EQ(batch->leader_epoch(), Epoch{7});
  EXPECT_EQ(batch->size_bytes(), kBatchHeaderBytes);
  EXPECT_EQ(batch->compression(), CompressionType::zstd);
  EXPECT_EQ(batch->timestamp_type(), TimestampType::log_append_time);
  EXPECT_TRUE(batch->is_transactional());
  EXPECT_TRUE(batch->is_control());
  EXPECT_EQ(batch->delete_horizon_ms(), 1000);
  EXPECT_EQ(batch->max_timestamp(), 2000);
  EXPECT_EQ(batch->producer_id(), ProducerId{42});
  EXPECT_EQ(batch->producer_epoch(), 3);
  EXPECT_EQ(batch->record_count(), 5);
  EXPECT_EQ(batch->last_sequence(), 2) << "2147483647 is followed by 0";
  EXPECT_TRUE(batch->crc_is_valid());
}

TEST(BatchView, EveryFlippedBitAfterTheCrcBreaksIt) {
  OwnedBytes bytes = empty_batch(0, 0);
  for (std::size_t at = 17; at < bytes.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      bytes[at] ^= std::byte(1 << bit);
      EXPECT_FALSE(BatchView::parse(bytes)->crc_is_valid()) << at << "." << bit;
      bytes[at] ^= std::byte(1 << bit);
    }
}

TEST(BatchView, RefusesWhatIsNoWholeV2Batch) {
  const OwnedBytes whole = empty_batch(0, 0);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(BatchView::parse(ByteView(whole).first(size)).error(), RecordErrc::truncated) << size;

  OwnedBytes bytes = whole;
  bytes[16] = std::byte{1};
  EXPECT_EQ(BatchView::parse(bytes).error(), RecordErrc::old_format);
  bytes[16] = std::byte{3};
  EXPECT_EQ(BatchView::parse(bytes).error(), RecordErrc::unknown_magic);

  bytes = whole;
  store_big_endian<std::int32_t>(&bytes[8], 48);
  EXPECT_EQ(BatchView::parse(bytes).error(), RecordErrc::batch_too_small);
  store_big_endian<std::int32_t>(&bytes[8], -1);
  EXPECT_EQ(BatchView::parse(bytes).error(), RecordErrc::batch_too_small);
  EXPECT_EQ(BatchView::parse(whole, kBatchHeaderBytes - 1).error(), RecordErrc::batch_too_large);
}

TEST(BatchView, OffsetsOfHostileBytesWrapInsteadOfOverflowing) {
  const OwnedBytes bytes = empty_batch(0x7fffffffffffffff, 1);
  EXPECT_EQ(BatchView::parse(bytes)->last_offset(), Offset{std::int64_t{-0x7fffffffffffffff} - 1});
}

TEST(BatchWalker, StopsWhereTheTornTailBegins) {
  OwnedBytes bytes = empty_batch(0, 0);
  const OwnedBytes second = empty_batch(1, 0);
  bytes.insert(bytes.end(), second.begin(), second.end());

  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    BatchWalker walker(ByteView(bytes).first(size));
    std::size_t batches = 0;
    for (;; ++batches) {
      const auto step = walker.next();
      ASSERT_TRUE(step);
      if (!*step) break;
      EXPECT_EQ((*step)->frame.offset, Offset{static_cast<std::int64_t>(batches)});
    }
    EXPECT_EQ(batches, size / kBatchHeaderBytes);
    EXPECT_EQ(walker.position(), batches * kBatchHeaderBytes);
    EXPECT_EQ(walker.ended_torn(), size % kBatchHeaderBytes != 0);
  }
}

TEST(BatchWalker, StaysAtBytesThatAreNoBatch) {
  OwnedBytes bytes = empty_batch(0, 0);
  bytes.resize(bytes.size() + 40);  // Zeroes, as a file that was preallocated has.
  BatchWalker walker(bytes);
  ASSERT_TRUE(walker.next());

  EXPECT_EQ(walker.next().error(), RecordErrc::batch_too_small);
  EXPECT_EQ(walker.next().error(), RecordErrc::batch_too_small);
  EXPECT_EQ(walker.position(), kBatchHeaderBytes);
}

TEST(BatchMutators, OffsetAndLeaderEpochLieOutsideTheCrc) {
  OwnedBytes bytes = empty_batch(0, 4);
  set_base_offset(bytes, Offset{1'000'000'007});
  set_leader_epoch(bytes, Epoch{12});

  const auto batch = BatchView::parse(bytes);
  EXPECT_TRUE(batch->crc_is_valid());
  EXPECT_EQ(batch->base_offset(), Offset{1'000'000'007});
  EXPECT_EQ(batch->leader_epoch(), Epoch{12});
}

TEST(BatchMutators, LogAppendTimeChangesTimestampAttributeAndCrc) {
  OwnedBytes bytes = empty_batch(0, 4, 0x14);
  set_max_timestamp(bytes, TimestampType::log_append_time, 5555);

  const auto batch = BatchView::parse(bytes);
  EXPECT_TRUE(batch->crc_is_valid());
  EXPECT_EQ(batch->max_timestamp(), 5555);
  EXPECT_EQ(batch->attributes(), 0x1c);
}

TEST(BatchMutators, AnUnchangedTimestampLeavesTheBytesAlone) {
  OwnedBytes bytes = empty_batch(0, 4, 0x0100);  // The unused high byte stays as the producer sent it.
  const OwnedBytes before = bytes;
  set_max_timestamp(bytes, TimestampType::create_time, 2000);
  EXPECT_EQ(bytes, before);
}

}  // namespace
}  // namespace muir::wire
