#include "wire/record/batch_builder.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muir::wire {
namespace {

constexpr std::size_t kPlenty = std::size_t{64} << 20;

// A record that owns what NewRecord only views.
struct Written {
  std::int64_t timestamp;
  std::optional<std::string> key, value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

NullableBytes view(const std::optional<std::string>& text) {
  return text ? NullableBytes(as_bytes(*text)) : std::nullopt;
}

Result<> append(BatchBuilder& builder, const Written& written) {
  std::vector<RecordHeader> headers;
  for (const auto& [key, value] : written.headers) headers.push_back({key, view(value)});
  return builder.append({written.timestamp, view(written.key), view(written.value), headers});
}

std::string random_text(std::mt19937& random, std::size_t size_max) {
  std::string text(std::uniform_int_distribution<std::size_t>(0, size_max)(random), 0);
  const bool repetitive = random() % 2;
  for (char& c : text) c = static_cast<char>(repetitive ? 'a' + random() % 3 : random());
  return text;
}

std::optional<std::string> maybe_text(std::mt19937& random, std::size_t size_max) {
  return random() % 4 ? std::optional(random_text(random, size_max)) : std::nullopt;
}

std::vector<Written> random_records(std::mt19937& random) {
  std::vector<Written> records(1 + random() % 40);
  for (Written& record : records) {
    record.timestamp = random() % 8 ? static_cast<std::int64_t>(random()) : std::int64_t{1} << (random() % 63);
    record.key = maybe_text(random, 40);
    record.value = maybe_text(random, random() % 8 ? 300 : 90'000);
    record.headers.resize(random() % 4);
    for (auto& [key, value] : record.headers) key = random_text(random, 10), value = maybe_text(random, 30);
  }
  return records;
}

// Reads `bytes` back and compares it, field by field, with what was written from `base` on.
void expect_records(const OwnedBytes& bytes, const std::vector<Written>& written, Offset base) {
  const auto batch = BatchView::parse(bytes);
  ASSERT_TRUE(batch) << batch.error();
  ASSERT_TRUE(batch->crc_is_valid());
  ASSERT_EQ(batch->size_bytes(), bytes.size());
  Decompressor decompressor;
  const auto section = decompressor.read_all(batch->compression(), batch->records(), kPlenty);
  ASSERT_TRUE(section) << section.error();

  RecordReader reader(*batch, *section);
  RecordView record;
  for (std::size_t i = 0; i < written.size(); ++i) {
    ASSERT_TRUE(reader.has_next());
    const auto read = reader.next(record);
    ASSERT_TRUE(read) << read.error() << " at record " << i;
    EXPECT_EQ(record.offset, base + static_cast<std::int64_t>(i));
    EXPECT_EQ(record.timestamp, written[i].timestamp);
    EXPECT_EQ(record.key ? std::optional(std::string(as_text(*record.key))) : std::nullopt, written[i].key);
    EXPECT_EQ(record.value ? std::optional(std::string(as_text(*record.value))) : std::nullopt, written[i].value);
    ASSERT_EQ(static_cast<std::size_t>(record.headers.size()), written[i].headers.size());
    std::size_t at = 0;
    for (const RecordHeader& header : record.headers) {
      EXPECT_EQ(header, (RecordHeader{written[i].headers[at].first, view(written[i].headers[at].second)}));
      ++at;
    }
  }
  EXPECT_FALSE(reader.has_next());
}

class EveryCodec : public testing::TestWithParam<CompressionType> {};

TEST_P(EveryCodec, ReadsBackRandomRecordsExactly) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 30; ++round) {
    const std::vector<Written> written = random_records(random);
    const Offset base{static_cast<std::int64_t>(random())};
    BatchBuilder builder({.base_offset = base, .compression = {GetParam(), {}}});
    for (const Written& record : written) ASSERT_TRUE(append(builder, record));
    const auto bytes = builder.build();
    ASSERT_TRUE(bytes) << bytes.error();
    expect_records(*bytes, written, base);
    if (GetParam() == CompressionType::none) {
      EXPECT_EQ(bytes->size(), builder.size_bytes());
    }
  }
}

TEST_P(EveryCodec, ABatchWithoutRecordsHasOnlyAHeaderOfMeaning) {
  const auto bytes = BatchBuilder({.compression = {GetParam(), {}}}).build();
  ASSERT_TRUE(bytes);
  const auto batch = BatchView::parse(*bytes);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->record_count(), 0);
  EXPECT_EQ(batch->base_timestamp(), -1);
  EXPECT_FALSE(RecordReader(*batch, {}).has_next());
}

INSTANTIATE_TEST_SUITE_P(BatchBuilder, EveryCodec,
                         testing::Values(CompressionType::none, CompressionType::gzip, CompressionType::snappy,
                                         CompressionType::lz4, CompressionType::zstd));

TEST(BatchBuilder, WritesEveryOptionIntoTheHeader) {
  BatchBuilder builder({.base_offset = Offset{50},
                        .leader_epoch = Epoch{3},
                        .timestamp_type = TimestampType::log_append_time,
                        .log_append_time = 999,
                        .producer_id = ProducerId{7},
                        .producer_epoch = 2,
                        .base_sequence = 10,
                        .is_transactional = true,
                        .is_control = true});
  ASSERT_TRUE(builder.append({.timestamp = 100, .value = as_bytes("x")}));
  ASSERT_TRUE(builder.append_at(Offset{60}, {.timestamp = 90}));

  const auto bytes = builder.build();
  const auto batch = BatchView::parse(*bytes);
  EXPECT_EQ(batch->last_offset(), Offset{60});
  EXPECT_EQ(batch->record_count(), 2);
  EXPECT_EQ(batch->leader_epoch(), Epoch{3});
  EXPECT_EQ(batch->attributes(), 0x38);
  EXPECT_EQ(batch->base_timestamp(), 100);
  EXPECT_EQ(batch->max_timestamp(), 999);
  EXPECT_EQ(batch->producer_id(), ProducerId{7});
  EXPECT_EQ(batch->producer_epoch(), 2);
  EXPECT_EQ(batch->last_sequence(), 20);
}

TEST(BatchBuilder, ADeleteHorizonIsTheBaseOfTheTimestamps) {
  BatchBuilder builder({.delete_horizon_ms = 5000});
  ASSERT_TRUE(builder.append({.timestamp = 4000}));
  const auto bytes = builder.build();
  const auto batch = BatchView::parse(*bytes);
  EXPECT_EQ(batch->delete_horizon_ms(), 5000);
  RecordReader reader(*batch, batch->records());
  RecordView record;
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.timestamp, 4000);
}

TEST(BatchBuilder, SizeWithSaysWhatAppendAdds) {
  BatchBuilder builder({});
  const RecordHeader headers[] = {{"h", as_bytes("v")}, {"", std::nullopt}};
  for (int i = 0; i < 200; ++i) {
    const std::string value(static_cast<std::size_t>(i), 'x');
    const NewRecord record{.timestamp = i * 1000, .value = as_bytes(value), .headers = headers};
    const std::size_t expected = builder.size_bytes() + builder.size_with(record);
    ASSERT_TRUE(builder.append(record));
    EXPECT_EQ(builder.size_bytes(), expected);
  }
}

TEST(BatchBuilder, RefusesAnOffsetThatNoDeltaCanSay) {
  BatchBuilder builder({});
  EXPECT_EQ(builder.append_at(Offset{std::int64_t{1} << 31}, {}).error(), RecordErrc::batch_full);
  EXPECT_TRUE(builder.append_at(Offset{0x7fffffff}, {}));
  EXPECT_EQ(builder.append(NewRecord{}).error(), RecordErrc::batch_full);
  EXPECT_EQ(builder.record_count(), 1);
}

}  // namespace
}  // namespace muir::wire
