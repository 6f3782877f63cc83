#include "storage/log/record_validator.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "wire/record/crc32c.h"

namespace muir::storage {
namespace {

using wire::BatchOptions;
using wire::BatchView;
using wire::CompressionType;
using wire::RecordErrc;
using wire::TimestampType;

constexpr std::int64_t kNow = 1'700'000'000'000;

AppendTarget target(Offset next = Offset{500}) {
  return {.topic = "t", .partition = PartitionId{0}, .next_offset = next, .leader_epoch = Epoch{9}, .now_ms = kNow};
}

OwnedBytes batch_of(const std::vector<std::optional<std::string>>& keys, BatchOptions options = {},
                    std::int64_t timestamp = kNow) {
  wire::BatchBuilder builder(options);
  for (const auto& key : keys)
    EXPECT_TRUE(builder.append({timestamp, key ? wire::NullableBytes(as_bytes(*key)) : std::nullopt, as_bytes("v")}));
  return *builder.build();
}

OwnedBytes two_records(BatchOptions options = {}) { return batch_of({"k", "k"}, options); }

// Changes a field of the header and makes the CRC right again.
template <class Int>
OwnedBytes with(OwnedBytes batch, std::size_t at, Int value) {
  store_big_endian(&batch[at], value);
  store_big_endian(&batch[17], wire::crc32c(ByteView(batch).subspan(21)));
  return batch;
}

// A batch around a records section of any bytes.
OwnedBytes around(ByteView section, std::int32_t count, CompressionType type = CompressionType::none) {
  OwnedBytes batch = *wire::BatchBuilder({.compression = {type, {}}}).build();
  batch.resize(wire::kBatchHeaderBytes);
  batch.insert(batch.end(), section.begin(), section.end());
  store_big_endian(&batch[8], static_cast<std::int32_t>(batch.size() - wire::kLogOverhead));
  store_big_endian(&batch[23], count - 1);
  store_big_endian(&batch[27], kNow);
  return with(batch, 57, count);
}

OwnedBytes concat(OwnedBytes a, ByteView b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

ByteView section_of(const OwnedBytes& batch) { return ByteView(batch).subspan(wire::kBatchHeaderBytes); }

OwnedBytes compressed(CompressionType type, ByteView plain) {
  OwnedBytes out;
  EXPECT_TRUE(wire::compress({type, {}}, plain, out));
  return out;
}

OwnedBytes gzip_around(ByteView plain, std::int32_t count) {
  return around(compressed(CompressionType::gzip, plain), count, CompressionType::gzip);
}

Error refused(OwnedBytes records, const LogConfig& config = {}, AppendTarget to = target()) {
  const OwnedBytes before = records;
  RecordValidator validator;
  const auto validated = validator.validate(records, config, to);
  EXPECT_EQ(records, before) << "refused records stay as they were";
  return validated ? Error{} : validated.error().error;
}

void expect_accepted(OwnedBytes records, const LogConfig& config = {}) {
  RecordValidator validator;
  const auto validated = validator.validate(records, config, target());
  ASSERT_TRUE(validated) << validated.error().reason;
  EXPECT_EQ(validated->base_offset, Offset{500});
  EXPECT_EQ(validated->view().base_offset(), Offset{500});
  EXPECT_EQ(validated->view().leader_epoch(), Epoch{9});
  EXPECT_TRUE(validated->view().crc_is_valid());
}

TEST(RecordValidator, SetsOffsetAndEpochWhereTheBatchStands) {
  OwnedBytes records = two_records({.producer_id = ProducerId{4}, .producer_epoch = 1, .base_sequence = 8});
  const std::uint32_t crc = BatchView::parse(records)->crc();
  RecordValidator validator;

  const auto validated = validator.validate(records, {}, target());

  ASSERT_TRUE(validated) << validated.error().reason;
  EXPECT_EQ(validated->bytes.data(), records.data());
  EXPECT_FALSE(validated->is_rewritten);
  EXPECT_EQ(validated->last_offset, Offset{501});
  EXPECT_EQ(validated->max_timestamp, kNow);
  EXPECT_EQ(validated->offset_of_max_timestamp, Offset{501});
  EXPECT_EQ(validated->log_append_time, -1);
  EXPECT_EQ(validated->view().crc(), crc);
  EXPECT_EQ(validated->view().base_sequence(), 8);
}

TEST(RecordValidator, LogAppendTimeIsStampedOnTheBatch) {
  for (const auto type : {CompressionType::none, CompressionType::zstd}) {
    OwnedBytes records = two_records({.compression = {type, {}}});
    RecordValidator validator;
    const auto validated =
        validator.validate(records, {.message_timestamp_type = TimestampType::log_append_time}, target());
    ASSERT_TRUE(validated);
    EXPECT_FALSE(validated->is_rewritten);
    EXPECT_EQ(validated->log_append_time, kNow);
    EXPECT_EQ(validated->view().max_timestamp(), kNow);
    EXPECT_EQ(validated->view().timestamp_type(), TimestampType::log_append_time);
    EXPECT_TRUE(validated->view().crc_is_valid());
  }
}

TEST(RecordValidator, CorrectsAWrongMaxTimestamp) {
  OwnedBytes records = with<std::int64_t>(two_records(), 35, kNow + 99);
  RecordValidator validator;
  const auto validated = validator.validate(records, {}, target());
  ASSERT_TRUE(validated);
  EXPECT_EQ(validated->view().max_timestamp(), kNow);
  EXPECT_TRUE(validated->view().crc_is_valid());
}

TEST(RecordValidator, RewritesABatchForTheTopicsCodec) {
  for (const auto from : {CompressionType::none, CompressionType::gzip, CompressionType::snappy})
    for (const auto to : {CompressionType::none, CompressionType::lz4, CompressionType::zstd}) {
      if (from == to) continue;
      OwnedBytes records = two_records(
          {.compression = {from, {}}, .producer_id = ProducerId{4}, .producer_epoch = 1, .base_sequence = 8});
      RecordValidator validator;
      const auto validated = validator.validate(records, {.compression = to}, target());
      ASSERT_TRUE(validated) << validated.error().reason;
      EXPECT_TRUE(validated->is_rewritten);
      EXPECT_EQ(validated->source_compression, from);
      const BatchView batch = validated->view();
      EXPECT_EQ(batch.compression(), to);
      EXPECT_EQ(batch.base_offset(), Offset{500});
      EXPECT_EQ(batch.last_offset(), Offset{501});
      EXPECT_EQ(batch.leader_epoch(), Epoch{9});
      EXPECT_EQ(batch.base_sequence(), 8);
      EXPECT_TRUE(batch.crc_is_valid());
      wire::Decompressor decompressor;
      EXPECT_EQ(as_text(*decompressor.read_all(to, batch.records(), 1 << 20)), as_text(section_of(two_records())));
    }
}

// Each line was tried on Apache Kafka 4.3.1 with raw Produce requests.
TEST(RecordValidator, RefusesWhatKafkaRefuses) {
  const OwnedBytes good = two_records();
  EXPECT_EQ(refused({}), Errc::invalid_record) << "no batch";
  EXPECT_EQ(refused(concat(good, good)), Errc::invalid_record) << "two batches";
  EXPECT_EQ(refused(concat(good, OwnedBytes(12))), Errc::corrupt_batch) << "twelve zeroes behind the batch";
  EXPECT_EQ(refused(with<std::int64_t>(good, 0, 5)), Errc::invalid_record) << "base offset 5";
  EXPECT_EQ(refused(two_records({.is_control = true})), Errc::invalid_record) << "control batch";
  EXPECT_EQ(refused(with<std::int16_t>(good, 21, 5)), RecordErrc::unknown_compression);
  EXPECT_EQ(refused(around({}, 0)), Errc::invalid_record) << "count 0";
  EXPECT_EQ(refused(with<std::int32_t>(good, 57, -1)), Errc::invalid_record) << "count -1";
  EXPECT_EQ(refused(around(section_of(good), 1)), Errc::invalid_record) << "one record too many";
  EXPECT_EQ(refused(around(section_of(good), 3)), Errc::invalid_record) << "one record too few";
  EXPECT_EQ(refused(with<std::int32_t>(good, 23, 5)), Errc::invalid_record) << "last offset delta";
  EXPECT_EQ(refused(around(concat({section_of(good).begin(), section_of(good).end()}, as_bytes("x")), 2)),
            Errc::invalid_record)
      << "a byte behind the last record";
  EXPECT_EQ(refused(two_records({.producer_id = ProducerId{5}, .producer_epoch = 0})), Errc::invalid_record)
      << "producer id without sequence";
  EXPECT_EQ(refused(two_records(), {.max_message_bytes = 70}), Errc::record_too_large);
}

TEST(RecordValidator, FindsErrorsInKafkasOrder) {
  OwnedBytes bad_crc = two_records();
  bad_crc[17] ^= std::byte{1};
  EXPECT_EQ(refused(bad_crc), Errc::corrupt_batch);
  EXPECT_EQ(refused(bad_crc, {.max_message_bytes = 70}), Errc::record_too_large) << "size comes before the CRC";
  store_big_endian<std::int64_t>(&bad_crc[0], 5);
  EXPECT_EQ(refused(bad_crc, {.max_message_bytes = 70}), Errc::invalid_record) << "the base offset comes before both";
}

TEST(RecordValidator, AcceptsWhatKafkaAccepts) {
  const OwnedBytes good = two_records();
  expect_accepted(concat(good, OwnedBytes(11)));
  expect_accepted(concat(good, ByteView(good).first(50)));
  expect_accepted(with<std::int16_t>(good, 21, 0x40));
  expect_accepted(with<std::int16_t>(good, 21, 0x7f80));
  expect_accepted(batch_of({"k"}, {}, -5));
  expect_accepted(batch_of({"k"}, {}, -1));
  expect_accepted(with<std::int16_t>(good, 21, 0x08));  // LogAppendTime, on a CreateTime topic.
  expect_accepted(around(as_bytes(std::string_view("\x0c\x07\x00\x00\x09\x01\x00", 7)), 1));  // Key length -5.
  wire::BatchBuilder gaps({});
  ASSERT_TRUE(gaps.append({.timestamp = kNow}));
  ASSERT_TRUE(gaps.append_at(Offset{5}, {.timestamp = kNow}));
  expect_accepted(with<std::int32_t>(*gaps.build(), 23, 1));  // Deltas 0 and 5: uncompressed, nobody looks.
}

TEST(RecordValidator, TreatsCompressedBatchesAsKafkaDoes) {
  const OwnedBytes good = two_records();
  const OwnedBytes zipped = compressed(CompressionType::gzip, section_of(good));
  const auto gzip = [](ByteView section, std::int32_t count) { return around(section, count, CompressionType::gzip); };
  expect_accepted(gzip(zipped, 2));
  expect_accepted(gzip(concat(zipped, as_bytes("garbage behind the member")), 2));
  EXPECT_EQ(refused(gzip(as_bytes("garbage"), 2)), RecordErrc::bad_compressed_data);
  EXPECT_EQ(refused(gzip({}, 2)), RecordErrc::bad_compressed_data);
  EXPECT_EQ(refused(gzip(ByteView(zipped).first(zipped.size() - 4), 2)), RecordErrc::bad_compressed_data);
  EXPECT_EQ(refused(gzip(zipped, 1)), Errc::invalid_record) << "a hidden record";
  EXPECT_EQ(refused(gzip(zipped, 3)), Errc::invalid_record);
  EXPECT_EQ(refused(around({}, 2, CompressionType::zstd)), Errc::invalid_record) << "an empty zstd stream is none";
  for (const auto type : {CompressionType::snappy, CompressionType::lz4, CompressionType::zstd})
    EXPECT_EQ(refused(around(as_bytes("garbage!garbage!garbage!"), 2, type)), RecordErrc::bad_compressed_data);
}

TEST(RecordValidator, ARecordsLengthCountsOnlyWhereRecordsAreRewritten) {
  const auto wrong = as_bytes(std::string_view("\x06\x00\x00\x00\x02k\x02v\x00", 9));  // Says 3 bytes, has 8.
  expect_accepted(gzip_around(wrong, 1));
  EXPECT_EQ(refused(gzip_around(wrong, 1), {.compression = CompressionType::none}), Errc::invalid_record);
  EXPECT_EQ(refused(around(wrong, 1)), Errc::invalid_record);
}

TEST(RecordValidator, GapsInCompressedOffsetsBreakOnlyWhereNothingIsRewritten) {
  wire::BatchBuilder builder({});
  ASSERT_TRUE(builder.append({.timestamp = kNow}));
  ASSERT_TRUE(builder.append_at(Offset{5}, {.timestamp = kNow}));
  const OwnedBytes gaps = *builder.build();
  EXPECT_EQ(refused(gzip_around(section_of(gaps), 2)), RecordErrc::not_rewritable);
  expect_accepted(gzip_around(section_of(gaps), 2), {.compression = CompressionType::none});
}

TEST(RecordValidator, ANegativeTimestampCannotBeRewritten) {
  expect_accepted(batch_of({"k"}, {.compression = {CompressionType::gzip, {}}}, -5));
  EXPECT_EQ(refused(batch_of({"k"}, {}, -5), {.compression = CompressionType::gzip}), RecordErrc::not_rewritable);
}

TEST(RecordValidator, CompactedTopicsTellTheProducerOfEachMissingKey) {
  for (const auto type : {CompressionType::none, CompressionType::gzip}) {
    OwnedBytes records = batch_of({std::nullopt, "k", std::nullopt}, {.compression = {type, {}}});
    RecordValidator validator;
    const auto validated = validator.validate(records, {.cleanup_compact = true}, target());
    ASSERT_FALSE(validated);
    const RecordRejection& refused = validated.error();
    const std::string text = "Compacted topic cannot accept message without key in topic partition t-0";
    EXPECT_EQ(refused.error, Errc::invalid_record);
    EXPECT_EQ(refused.record_errors, (std::vector<RecordError>{{0, text}, {2, text}}));
    EXPECT_EQ(
        *refused.client_message,
        "One or more records have been rejected due to 2 record errors in total, and only showing the first three "
        "errors at most: [RecordError(batchIndex=0, message='" +
            text + "'), RecordError(batchIndex=2, message='" + text + "')]");
    EXPECT_TRUE(refused.tells_log_start());
  }
}

TEST(RecordValidator, TimestampsMustLieWithinTheTopicsRange) {
  OwnedBytes records = batch_of({std::nullopt, "k"}, {}, kNow + 7'200'000);
  RecordValidator validator;
  const auto validated = validator.validate(
      records, {.message_timestamp_before_max_ms = 1000, .message_timestamp_after_max_ms = 3'600'000}, target());
  ASSERT_FALSE(validated);
  EXPECT_EQ(validated.error().error, Errc::invalid_timestamp);
  EXPECT_EQ(*validated.error().client_message, "One or more records have been rejected due to invalid timestamp");
  EXPECT_EQ(validated.error().record_errors[1],
            (RecordError{1,
                         "Timestamp 1700007200000 of message with offset 1 is out of range. The timestamp should be "
                         "within [1699999999000, 1700003600000]"}));
  EXPECT_EQ(refused(batch_of({"k"}, {}, kNow - 1001), {.message_timestamp_before_max_ms = 1000}),
            Errc::invalid_timestamp);
  expect_accepted(batch_of({"k"}, {}, kNow - 1000), {.message_timestamp_before_max_ms = 1000});
}

TEST(RecordValidator, AProducerCannotClaimLogAppendTime) {
  OwnedBytes records = with<std::int16_t>(two_records(), 21, 0x08);
  RecordValidator validator;
  const auto validated =
      validator.validate(records, {.message_timestamp_type = TimestampType::log_append_time}, target());
  ASSERT_FALSE(validated);
  EXPECT_EQ(validated.error().error, Errc::invalid_timestamp);
  EXPECT_EQ(validated.error().record_errors[0].message,
            "Invalid timestamp type in message DefaultRecord(offset=0, timestamp=1700000000000, key=1 bytes, value=1 "
            "bytes). Producer should not set timestamp type to LogAppendTime.");
}

TEST(RecordValidator, TellsNoMoreRecordErrorsThanItsLimit) {
  OwnedBytes records = batch_of(std::vector<std::optional<std::string>>(kRecordErrorsMax + 7));
  RecordValidator validator;
  const auto validated = validator.validate(records, {.cleanup_compact = true}, target());
  ASSERT_FALSE(validated);
  EXPECT_EQ(validated.error().record_errors.size(), kRecordErrorsMax);
  EXPECT_NE(validated.error().client_message->find("due to 10007 record errors"), std::string::npos);
}

TEST(RecordValidator, StopsADecompressionBombAtTheLimit) {
  const std::string zeroes(std::size_t{4} << 20, '\0');
  wire::BatchBuilder builder({.compression = {CompressionType::zstd, {}}});
  ASSERT_TRUE(builder.append({.timestamp = kNow, .value = as_bytes(zeroes)}));
  const OwnedBytes bomb = *builder.build();
  for (const auto codec : {std::optional<CompressionType>{}, std::optional(CompressionType::gzip)}) {
    OwnedBytes records = bomb;
    RecordValidator validator;
    const LogConfig config{.compression = codec, .max_decompressed_message_bytes = 1 << 20};
    const auto validated = validator.validate(records, config, target());
    ASSERT_FALSE(validated);
    EXPECT_EQ(validated.error().error, Errc::record_too_large);
    EXPECT_TRUE(validator.validate(records, {.compression = codec}, target()));
  }
}

TEST(RecordValidator, ACoordinatorMayWriteControlRecordsAndTheyStayUncompressed) {
  OwnedBytes records = batch_of(
      {"k"}, {.producer_id = ProducerId{1}, .producer_epoch = 0, .is_transactional = true, .is_control = true});
  RecordValidator validator;
  AppendTarget to = target();
  to.from_client = false;
  const auto validated = validator.validate(records, {.compression = CompressionType::gzip}, to);
  ASSERT_TRUE(validated) << validated.error().reason;
  EXPECT_FALSE(validated->is_rewritten);
  EXPECT_TRUE(validated->view().is_control());
}

// Whatever arrives is accepted or refused, and what is accepted is sound.
TEST(RecordValidator, FlippedBitsAreRefusedOrHarmless) {
  for (const auto type : {CompressionType::none, CompressionType::gzip, CompressionType::snappy, CompressionType::lz4,
                          CompressionType::zstd}) {
    const OwnedBytes good = two_records({.compression = {type, {}}});
    RecordValidator validator;
    for (std::size_t at = 0; at < good.size(); ++at)
      for (int bit = 0; bit < 8; ++bit) {
        OwnedBytes records = good;
        records[at] ^= std::byte(1 << bit);
        if (at > 20) store_big_endian(&records[17], wire::crc32c(ByteView(records).subspan(21)));
        const auto validated = validator.validate(records, {}, target());
        if (validated) {
          EXPECT_TRUE(validated->view().crc_is_valid());
        }
      }
  }
}

}  // namespace
}  // namespace muir::storage
