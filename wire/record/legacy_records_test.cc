#include "wire/record/legacy_records.h"

#include <gtest/gtest.h>

#include "wire/record/test_legacy_messages.h"

namespace muir::wire::testing {
namespace {

constexpr std::size_t kBytesMax = 1 << 20;

struct Seen {
  std::int64_t offset, timestamp;
  std::optional<std::string> key, value;
  bool operator==(const Seen&) const = default;
};

std::optional<std::string> text_of(const NullableBytes& bytes) {
  if (!bytes) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

Result<std::vector<Seen>> read(const OwnedBytes& bytes, std::size_t bytes_max = kBytesMax) {
  LegacyRecordReader reader;
  const auto records = reader.read(LegacyBatchView::parse(bytes).value(), bytes_max);
  if (!records) return records.error();
  std::vector<Seen> seen;
  for (const RecordView& one : *records)
    seen.push_back({one.offset.value, one.timestamp, text_of(one.key), text_of(one.value)});
  return seen;
}

TEST(LegacyRecordReader, ReadsAMessageThatIsARecord) {
  EXPECT_EQ(read(make_old(0, {7, "k", "v", 0})).value(), (std::vector<Seen>{{7, -1, "k", "v"}}));
  EXPECT_EQ(read(make_old(1, {7, std::nullopt, "", 99})).value(), (std::vector<Seen>{{7, 99, std::nullopt, ""}}));
  EXPECT_EQ(read(make_old(1, {7, "k", std::nullopt, 99})).value(), (std::vector<Seen>{{7, 99, "k", std::nullopt}}));
}

// docs/formats/old-messages.md
TEST(LegacyBatchView, AcceptsTheExamplesOfTheFormatPage) {
  EXPECT_EQ(LegacyBatchView::parse(make_old(0, {7, "k", "v", 0}))->crc(), 0x1fecd70au);
  EXPECT_EQ(LegacyBatchView::parse(make_old(1, {7, "k", "v", 1'700'000'000'000}))->crc(), 0x39268c33u);
}

TEST(LegacyRecordReader, UnfoldsAWrapperAndCountsItsOffsetsBackFromItsOwn) {
  const std::vector<OldMessage> messages = {{40, "a", "1", 5}, {41, "b", std::nullopt, 9}, {43, "c", "3", 7}};
  for (const auto type : {CompressionType::gzip, CompressionType::snappy, CompressionType::lz4}) {
    const std::vector<Seen> v0 = {{40, -1, "a", "1"}, {41, -1, "b", std::nullopt}, {43, -1, "c", "3"}};
    EXPECT_EQ(read(make_old_wrapper(0, type, messages)).value(), v0) << static_cast<int>(type);
    const std::vector<Seen> v1 = {{40, 5, "a", "1"}, {41, 9, "b", std::nullopt}, {43, 7, "c", "3"}};
    EXPECT_EQ(read(make_old_wrapper(1, type, messages)).value(), v1) << static_cast<int>(type);
  }
}

TEST(LegacyRecordReader, TakesTheBrokersTimeFromTheWrapper) {
  const auto bytes = make_old_wrapper(1, CompressionType::gzip, {{40, "a", "1", 5}, {41, "b", "2", 9}}, true);
  EXPECT_EQ(read(bytes).value(), (std::vector<Seen>{{40, 9, "a", "1"}, {41, 9, "b", "2"}}));
}

// KAFKA-3160: every writer of format 0 got the checksum of LZ4's frame header wrong.
TEST(LegacyRecordReader, DoesNotBelieveTheHeaderChecksumOfLz4InFormat0) {
  for (const std::int8_t magic : {0, 1}) {
    OwnedBytes bytes = make_old_wrapper(magic, CompressionType::lz4, {{1, "a", "1", 5}, {2, "b", "2", 5}});
    const std::size_t checksum_at = (magic == 0 ? 18u : 26u) + 4 + 4 + 4 + 2;  // Null key, length, LZ4's magic, flags.
    bytes[checksum_at] ^= std::byte{0xff};
    EXPECT_EQ(bool(read(bytes)), magic == 0);
  }
}

TEST(LegacyRecordReader, RefusesWhatNoBrokerCouldHaveWritten) {
  const OwnedBytes inner = make_old(0, {0, "a", "1", 0});
  const std::string as_text(reinterpret_cast<const char*>(inner.data()), inner.size());
  const auto wrapped = [&](std::int8_t magic, const std::string& messages, CompressionType type) {
    OwnedBytes compressed;
    EXPECT_TRUE(compress({type, {}}, as_bytes(messages), compressed));
    const std::string value(reinterpret_cast<const char*>(compressed.data()), compressed.size());
    return make_old(magic, {5, std::nullopt, value, 0}, static_cast<int>(type));
  };
  EXPECT_TRUE(read(wrapped(0, as_text, CompressionType::gzip)));
  EXPECT_EQ(read(wrapped(1, as_text, CompressionType::gzip)).error(), RecordErrc::bad_record)
      << "another format inside";
  EXPECT_EQ(read(wrapped(0, as_text, CompressionType::zstd)).error(), RecordErrc::unknown_compression);
  EXPECT_EQ(read(wrapped(0, "", CompressionType::gzip)).error(), RecordErrc::bad_record) << "nothing inside";
  EXPECT_EQ(read(make_old(0, {5, std::nullopt, std::nullopt, 0}, 1)).error(), RecordErrc::bad_record) << "no value";
  EXPECT_FALSE(read(make_old(0, {5, std::nullopt, "no gzip", 0}, 1)));
  const OwnedBytes nested = wrapped(0, as_text, CompressionType::gzip);
  const std::string nested_text(reinterpret_cast<const char*>(nested.data()), nested.size());
  EXPECT_EQ(read(wrapped(0, nested_text, CompressionType::gzip)).error(), RecordErrc::bad_record) << "compressed twice";
}

TEST(LegacyRecordReader, UnfoldsNoMoreThanItMay) {
  const std::string large(100'000, 'x');
  for (const auto type : {CompressionType::gzip, CompressionType::lz4})
    EXPECT_EQ(read(make_old_wrapper(0, type, {{1, "a", large, 0}}), 1000).error(), RecordErrc::decompressed_too_large);
}

// A wrapper's offset is that of its last record: one that is lower than the offsets inside cannot be.
TEST(LegacyRecordReader, RefusesAnOffsetBelowThoseInside) {
  OwnedBytes bytes = make_old_wrapper(1, CompressionType::gzip, {{40, "a", "1", 5}, {43, "b", "2", 5}});
  store_big_endian<std::int64_t>(bytes.data(), 2);  // Outside of the CRC.
  EXPECT_EQ(read(bytes).error(), RecordErrc::bad_record);
}

}  // namespace
}  // namespace muir::wire::testing
