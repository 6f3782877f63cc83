#include "storage/log/record_retention.h"

#include "storage/log/test_cleaning.h"

namespace muir::storage::testing {
namespace {

constexpr std::int64_t kNow = kTestTime + 1'000'000;
constexpr std::int64_t kRetention = 5000;

// One round over batches that the test shows it.
struct Retention {
  Retention() { log.config.delete_retention_ms = kRetention; }

  void note(const std::string& key, std::int64_t offset) {
    ASSERT_TRUE(map.put(map.hash(as_bytes(key)), Offset{offset}));
    map.update_latest_offset(Offset{std::max(offset, map.latest_offset().value)});
  }
  OwnedBytes retain(const OwnedBytes& batch, std::int64_t now_ms = kNow) {
    RecordRetention retention(map, log, {Offset{0}, round_end, now_ms}, stats);
    OwnedBytes out;
    const auto retained = retention.retain(batch, transactions, out);
    EXPECT_TRUE(retained) << error_text(retained.error());
    return out;
  }

  CleanerOffsetMap map{1 << 20, 0.9, 1000};
  CleanableLog log;
  Offset round_end{1000};
  CleanedTransactions transactions;
  CleanerStats stats;
};

wire::BatchView view(const OwnedBytes& bytes) { return wire::BatchView::parse(bytes).value(); }

TEST(RecordRetention, PassesOnABatchOfWhichNothingIsObsolete) {
  Retention retention;
  retention.note("a", 0);
  retention.note("b", 1);
  const OwnedBytes batch = make_keyed({{{"a", "1"}, {"b", "2"}}});
  EXPECT_EQ(retention.retain(batch), batch);
}

// Offsets never change, and the last one of the batch stays though its record is gone.
TEST(RecordRetention, KeepsOffsetsEpochsProducerAndCodec) {
  for (const auto codec : {wire::CompressionType::none, wire::CompressionType::gzip, wire::CompressionType::snappy,
                           wire::CompressionType::lz4, wire::CompressionType::zstd}) {
    Retention retention;
    retention.note("a", 10);
    retention.note("b", 99);
    KeyedBatch batch{{{"b", "old"}, {"a", "1"}, {"b", "older"}}, kTestTime, 9, 5, 3, 40};
    batch.compression = codec;
    const OwnedBytes before = make_keyed(batch);

    const OwnedBytes after = retention.retain(before);

    EXPECT_EQ(records_of(after), (std::vector<ReadRecord>{{10, "a", "1"}}));
    EXPECT_EQ(view(after).base_offset(), Offset{9});
    EXPECT_EQ(view(after).last_offset(), Offset{11});
    EXPECT_EQ(view(after).leader_epoch(), Epoch{0});
    EXPECT_EQ(view(after).producer_id(), ProducerId{5});
    EXPECT_EQ(view(after).producer_epoch(), 3);
    EXPECT_EQ(view(after).base_sequence(), 40);
    EXPECT_EQ(view(after).compression(), codec);
    EXPECT_EQ(view(after).record_count(), 1);
  }
}

TEST(RecordRetention, ComputesTheLargestTimestampOfWhatIsLeft) {
  wire::BatchBuilder builder{{}};
  const std::string a = "a", b = "b";
  ASSERT_TRUE(builder.append({100, as_bytes(a), as_bytes(a), {}}));
  ASSERT_TRUE(builder.append({900, as_bytes(b), as_bytes(b), {}}));
  Retention retention;
  retention.note("a", 0);
  retention.note("b", 50);
  EXPECT_EQ(view(retention.retain(*builder.build())).max_timestamp(), 100);
}

TEST(RecordRetention, KeepsTheBrokersTimestampWhereItIsOne) {
  wire::BatchOptions options;
  options.timestamp_type = wire::TimestampType::log_append_time;
  options.log_append_time = 777;
  wire::BatchBuilder builder(options);
  const std::string a = "a", b = "b";
  ASSERT_TRUE(builder.append({100, as_bytes(a), as_bytes(a), {}}));
  ASSERT_TRUE(builder.append({900, as_bytes(b), as_bytes(b), {}}));
  Retention retention;
  retention.note("a", 0);
  retention.note("b", 50);
  const OwnedBytes after = retention.retain(*builder.build());
  EXPECT_EQ(view(after).max_timestamp(), 777);
  EXPECT_EQ(view(after).timestamp_type(), wire::TimestampType::log_append_time);
}

// What lies behind the end of the map was not looked at.
TEST(RecordRetention, KeepsWhatTheMapHasNotTakenIn) {
  Retention retention;
  retention.note("a", 4);
  const OwnedBytes batch = make_keyed({{{"a", "1"}, {std::nullopt, "x"}}, kTestTime, 5});
  EXPECT_EQ(retention.retain(batch), batch);
}

TEST(RecordRetention, DropsRecordsWithoutAKey) {
  Retention retention;
  retention.note("a", 1);
  EXPECT_TRUE(retention.retain(make_keyed({{{std::nullopt, "x"}}})).empty());
  EXPECT_EQ(retention.stats.invalid_messages, 1u);
}

// KIP-534: the horizon is set when the tombstone is first cleaned, and stands in the base timestamp.
TEST(RecordRetention, SetsTheDeleteHorizonOfATombstoneOnce) {
  Retention retention;
  retention.note("a", 0);
  const OwnedBytes first = retention.retain(make_keyed({{{"a", std::nullopt}}}));
  ASSERT_EQ(view(first).delete_horizon_ms(), kNow + kRetention);
  EXPECT_EQ(view(first).max_timestamp(), kTestTime);
  EXPECT_EQ(retention.retain(first, kNow + kRetention - 1), first);
  EXPECT_TRUE(retention.retain(first, kNow + kRetention).empty());
}

TEST(RecordRetention, KeepsAHorizonWhenOtherRecordsOfTheBatchGo) {
  Retention retention;
  retention.note("a", 0);
  retention.note("b", 7);
  KeyedBatch batch{{{"a", std::nullopt}, {"b", "1"}}};
  batch.delete_horizon_ms = kNow + 10;
  const OwnedBytes after = retention.retain(make_keyed(batch));
  EXPECT_EQ(view(after).delete_horizon_ms(), kNow + 10);
  EXPECT_EQ(view(after).record_count(), 1);
}

// The last batch below the end of the round stays, so that the end of the log is not lost.
TEST(RecordRetention, KeepsTheLastBatchOfTheRoundEmpty) {
  Retention retention;
  retention.note("a", 500);
  retention.round_end = Offset{2};
  const OwnedBytes after = retention.retain(make_keyed({{{"a", "1"}, {"a", "2"}}, kTestTime, 0, 5, 3, 40}));
  ASSERT_FALSE(after.empty());
  EXPECT_EQ(view(after).record_count(), 0);
  EXPECT_EQ(view(after).last_offset(), Offset{1});
  EXPECT_EQ(view(after).base_timestamp(), kNoTimestamp);
  EXPECT_EQ(view(after).max_timestamp(), kTestTime);
  EXPECT_EQ(view(after).last_sequence(), 41);
  EXPECT_TRUE(view(after).crc_is_valid());
  EXPECT_EQ(after.size(), wire::kBatchHeaderBytes);
  EXPECT_EQ(retention.retain(after), after);
}

TEST(RecordRetention, KeepsTheLastBatchOfAnActiveProducer) {
  Retention retention;
  retention.note("a", 500);
  const OwnedBytes batch = make_keyed({{{"a", "1"}}, kTestTime, 8, 5, 3, 40});
  EXPECT_TRUE(retention.retain(batch).empty());
  retention.log.producers[ProducerId{5}] = {Offset{8}, 3};
  EXPECT_EQ(view(retention.retain(batch)).record_count(), 0);
}

struct TransactionRetention : Retention {
  OwnedBytes data(std::int64_t offset) {
    KeyedBatch batch{{{"a", "1"}}, kTestTime, offset, 5, 0, 0};
    batch.is_transactional = true;
    return make_keyed(batch);
  }
};

TEST(RecordRetention, DropsWhatWasAborted) {
  TransactionRetention retention;
  retention.note("a", 0);
  retention.map.update_latest_offset(Offset{100});
  retention.transactions.add_aborted({{ProducerId{5}, Offset{0}, Offset{1}, Offset{0}}});
  EXPECT_TRUE(retention.retain(retention.data(0)).empty());
  const OwnedBytes marker = make_marker(5, 0, true, 1);
  EXPECT_EQ(retention.retain(marker), marker);  // Its data was still there.
  const auto index = retention.transactions.take_index();
  ASSERT_EQ(index.size(), 1u);
  EXPECT_EQ(index[0].first_offset, Offset{0});
  // The next transaction of the producer was not aborted.
  EXPECT_FALSE(retention.retain(retention.data(2)).empty());
}

// A marker stays until its data is gone, then for delete.retention.ms, and then goes.
TEST(RecordRetention, KeepsAMarkerUntilItsHorizon) {
  for (const bool is_abort : {false, true}) {
    TransactionRetention retention;
    retention.map.update_latest_offset(Offset{100});
    const OwnedBytes marker = make_marker(5, 0, is_abort, 3);
    const OwnedBytes first = retention.retain(marker);
    ASSERT_EQ(view(first).delete_horizon_ms(), kNow + kRetention);
    EXPECT_TRUE(view(first).is_control());
    ASSERT_TRUE(EndTxnMarker::of(view(first)));
    EXPECT_EQ(EndTxnMarker::of(view(first))->is_abort, is_abort);
    EXPECT_EQ(retention.retain(first, kNow + kRetention - 1), first);
    EXPECT_TRUE(retention.retain(first, kNow + kRetention).empty());
    // Of a producer that has nothing else in the log it stays, empty.
    retention.log.producers[ProducerId{5}] = {std::nullopt, 0};
    EXPECT_EQ(view(retention.retain(first, kNow + kRetention)).record_count(), 0);
  }
}

TEST(RecordRetention, KeepsTheMarkerOfCommittedDataAsItIs) {
  TransactionRetention retention;
  retention.note("a", 0);
  retention.map.update_latest_offset(Offset{100});
  EXPECT_FALSE(retention.retain(retention.data(0)).empty());
  const OwnedBytes marker = make_marker(5, 0, false, 1);
  EXPECT_EQ(retention.retain(marker), marker);
}

TEST(RecordRetention, TouchesNothingOfACorruptBatch) {
  Retention retention;
  OwnedBytes batch = make_keyed({{{"a", "1"}}});
  batch.back() ^= std::byte{1};
  RecordRetention rules(retention.map, retention.log, {}, retention.stats);
  OwnedBytes out;
  const auto retained = rules.retain(batch, retention.transactions, out);
  ASSERT_FALSE(retained);
  EXPECT_EQ(retained.error(), Errc::corrupt_batch);
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace muir::storage::testing
