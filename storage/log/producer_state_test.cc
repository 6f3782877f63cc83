#include "storage/log/producer_state.h"

#include <gtest/gtest.h>

#include "storage/log/producer_snapshots.h"
#include "storage/log/test_batches.h"

namespace muir::storage {
namespace {

using testing::BatchSpec;
using testing::LogBench;

BatchSpec of_producer(std::int32_t base_sequence, std::int16_t epoch = 0, int records = 1) {
  return {.records = records, .producer_id = 7, .producer_epoch = epoch, .base_sequence = base_sequence};
}

TEST(IdempotentProducer, GetsTheOriginalOffsetForARetry) {
  LogBench bench;
  bench.open();
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(bench.append(of_producer(i * 2, 0, 2)));

  const auto retried = bench.append(of_producer(2, 0, 2));

  ASSERT_TRUE(retried);
  EXPECT_TRUE(retried->is_duplicate);
  EXPECT_EQ(retried->first_offset, Offset{2});
  EXPECT_EQ(retried->last_offset, Offset{3});
  EXPECT_EQ(bench.log->log_end_offset(), Offset{12});
  EXPECT_EQ(bench.append(of_producer(0, 0, 2)).error(), Errc::out_of_order_sequence) << "only five are remembered";
}

TEST(IdempotentProducer, MayNotLeaveAGapNorComeFromThePast) {
  LogBench bench;
  bench.open();
  EXPECT_TRUE(bench.append(of_producer(5))) << "of an unknown producer any sequence is taken";
  EXPECT_EQ(bench.append(of_producer(7)).error(), Errc::out_of_order_sequence);
  EXPECT_EQ(bench.append(of_producer(1, 1)).error(), Errc::out_of_order_sequence) << "a new epoch begins with 0";
  EXPECT_TRUE(bench.append(of_producer(0, 1)));
  EXPECT_EQ(bench.append(of_producer(6, 0)).error(), Errc::invalid_producer_epoch);
  EXPECT_EQ(bench.log->log_end_offset(), Offset{2}) << "nothing that was refused is in the log";
}

TEST(IdempotentProducer, WrapsItsSequence) {
  LogBench bench;
  bench.open();
  ASSERT_TRUE(bench.append(of_producer(2147483646, 0, 3)));

  EXPECT_TRUE(bench.append(of_producer(1)));
  EXPECT_TRUE(bench.append(of_producer(2147483646, 0, 3))->is_duplicate);
}

TEST(IdempotentProducer, IsForgottenWhenItIsSilent) {
  LogBench bench;
  bench.config.producer_id_expiration_ms = 1000;
  bench.open();
  ASSERT_TRUE(bench.append(of_producer(0)));
  bench.clock.advance(std::chrono::milliseconds{999});
  bench.log->forget_expired_producers();
  EXPECT_EQ(bench.log->producers().producers().size(), 1u);

  bench.clock.advance(std::chrono::milliseconds{1});
  bench.log->forget_expired_producers();

  EXPECT_TRUE(bench.log->producers().producers().empty());
}

TEST(IdempotentProducer, IsKnownAfterARestart) {
  for (const bool clean : {true, false}) {
    LogBench bench;
    bench.open();
    ASSERT_TRUE(bench.append(of_producer(0)));
    ASSERT_TRUE(bench.append(of_producer(1)));
    if (clean) {
      bench.close();
    } else {
      bench.log.reset();
    }

    bench.open(clean);

    EXPECT_TRUE(bench.append(of_producer(1))->is_duplicate) << clean;
    EXPECT_EQ(bench.append(of_producer(3)).error(), Errc::out_of_order_sequence) << clean;
  }
}

TEST(PartitionTransaction, HoldsTheLastStableOffsetUntilItsMarkerIsReplicated) {
  LogBench bench;
  bench.open();
  ASSERT_TRUE(bench.append({}));
  ASSERT_TRUE(bench.append({.producer_id = 7, .producer_epoch = 0, .base_sequence = 0, .is_transactional = true}));
  EXPECT_EQ(bench.log->last_stable_offset(), Offset{1});
  EXPECT_EQ(bench.append(of_producer(1)).error(), Errc::invalid_txn_state);

  const OwnedBytes marker = testing::make_marker(7, 0, true, 2);
  ASSERT_TRUE(bench.log->append_as_follower(marker, Epoch{5}).run_inline());
  EXPECT_EQ(bench.log->last_stable_offset(), Offset{1}) << "decided, not replicated";
  bench.log->set_high_watermark(Offset{3});

  EXPECT_EQ(bench.log->last_stable_offset(), Offset{3});
}

TEST(ProducerSnapshot, GivesBackWhatAFileCanHold) {
  ProducerState state;
  ProducerEntry entry;
  entry.producer_id = ProducerId{0x1122};
  entry.add_batch(3, {9, Offset{100}, 4, 1234});
  entry.coordinator_epoch = 2;
  entry.current_txn_first_offset = Offset{90};
  state.load(entry, 0, 1000);

  const OwnedBytes bytes = encode_producer_snapshot(state);
  const auto decoded = decode_producer_snapshot(bytes);

  ASSERT_TRUE(decoded);
  EXPECT_EQ(bytes.size(), 56u);
  ASSERT_EQ(decoded->size(), 1u);
  EXPECT_EQ(decoded->front(), entry);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    OwnedBytes damaged = bytes;
    damaged[i] ^= std::byte{1};
    EXPECT_EQ(decode_producer_snapshot(damaged).error(), Errc::corrupt_snapshot) << "byte " << i;
    EXPECT_EQ(decode_producer_snapshot(ByteView(bytes).first(i)).error(), Errc::corrupt_snapshot);
  }
}

}  // namespace
}  // namespace muir::storage
