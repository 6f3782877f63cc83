// Batches that Apache Kafka's own MemoryRecordsBuilder wrote, one small and one large for each codec (docs/formats/
// record-batch.md says with which records), against our reader and our builder.

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "wire/record/batch_builder.h"

namespace muir::wire {
namespace {

constexpr std::size_t kPlenty = std::size_t{64} << 20;

struct Golden {
  const char* codec;
  CompressionType type;
  bool is_large;
};

void PrintTo(const Golden& golden, std::ostream* out) {
  *out << golden.codec << (golden.is_large ? " large" : " small");
}

OwnedBytes load(const Golden& golden) {
  std::ifstream file(
      std::string("wire/record/testdata/") + golden.codec + (golden.is_large ? "-large" : "-small") + ".batch",
      std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return {as_bytes(text).begin(), as_bytes(text).end()};
}

// The i-th record that the Java program wrote.
struct Expected {
  std::int64_t timestamp;
  std::optional<std::string> key, value;
  std::string header_key, header_value;
  bool has_headers;

  Expected(int i, bool is_large) : timestamp(1'700'000'000'000 + (i % 7) * 1000 - i), has_headers(i % 3 == 1) {
    if (i % 4 != 3) key = "key-" + std::to_string(i);
    if (i % 4 != 2) {
      value.emplace();
      for (int j = 0; j < (is_large ? 100 : 3); ++j) *value += "value " + std::to_string(i * j) + ' ';
    }
    header_key = "h" + std::to_string(i);
    header_value = "v" + std::to_string(i);
  }

  NewRecord record(std::vector<RecordHeader>& headers) const {
    headers.clear();
    if (has_headers) headers = {{header_key, as_bytes(header_value)}, {"", std::nullopt}};
    return {timestamp, key ? NullableBytes(as_bytes(*key)) : std::nullopt,
            value ? NullableBytes(as_bytes(*value)) : std::nullopt, headers};
  }
};

int count(const Golden& golden) { return golden.is_large ? 90 : 4; }

class GoldenBatch : public testing::TestWithParam<Golden> {};

TEST_P(GoldenBatch, YieldsExactlyTheRecordsThatKafkaWrote) {
  const OwnedBytes bytes = load(GetParam());
  const auto batch = BatchView::parse(bytes);
  ASSERT_TRUE(batch) << batch.error();
  EXPECT_EQ(batch->size_bytes(), bytes.size());
  EXPECT_TRUE(batch->crc_is_valid());
  EXPECT_EQ(batch->compression(), GetParam().type);
  EXPECT_EQ(batch->base_offset(), Offset{1000});
  EXPECT_EQ(batch->leader_epoch(), Epoch{9});
  EXPECT_EQ(batch->producer_id(), ProducerId{77});
  EXPECT_EQ(batch->producer_epoch(), 3);
  EXPECT_EQ(batch->base_sequence(), 40);
  EXPECT_EQ(batch->is_transactional(), GetParam().is_large);
  ASSERT_EQ(batch->record_count(), count(GetParam()));

  Decompressor decompressor;
  const auto section = decompressor.read_all(batch->compression(), batch->records(), kPlenty);
  ASSERT_TRUE(section) << section.error();
  RecordReader reader(*batch, *section);
  RecordView record;
  std::vector<RecordHeader> headers;
  for (int i = 0; i < count(GetParam()); ++i) {
    ASSERT_TRUE(reader.next(record));
    const Expected expected(i, GetParam().is_large);
    const NewRecord fields = expected.record(headers);
    EXPECT_EQ(record.offset, Offset{1000 + i});
    EXPECT_EQ(record.timestamp, fields.timestamp);
    EXPECT_TRUE((RecordHeader{"", record.key}) == (RecordHeader{"", fields.key}));
    EXPECT_TRUE((RecordHeader{"", record.value}) == (RecordHeader{"", fields.value}));
    std::vector<RecordHeader> read_headers;
    for (const RecordHeader& header : record.headers) read_headers.push_back(header);
    EXPECT_TRUE(read_headers == headers);
  }
  EXPECT_FALSE(reader.has_next());
}

TEST_P(GoldenBatch, IsWhatOurBuilderWritesOfTheSameRecords) {
  const OwnedBytes bytes = load(GetParam());
  BatchBuilder builder({.base_offset = Offset{1000},
                        .leader_epoch = Epoch{9},
                        .compression = {GetParam().type, {}},
                        .producer_id = ProducerId{77},
                        .producer_epoch = 3,
                        .base_sequence = 40,
                        .is_transactional = GetParam().is_large});
  std::vector<RecordHeader> headers;
  for (int i = 0; i < count(GetParam()); ++i) {
    const Expected expected(i, GetParam().is_large);
    ASSERT_TRUE(builder.append(expected.record(headers)));
  }
  const OwnedBytes ours = *builder.build();

  if (GetParam().type == CompressionType::none) {
    EXPECT_TRUE(ours == bytes) << "byte for byte";
    return;
  }
  Decompressor one, other;
  const auto our_section = one.read_all(GetParam().type, BatchView::parse(ours)->records(), kPlenty);
  const auto their_section = other.read_all(GetParam().type, BatchView::parse(bytes)->records(), kPlenty);
  ASSERT_TRUE(our_section && their_section);
  EXPECT_EQ(as_text(*our_section), as_text(*their_section)) << "codecs may differ in effort, not in what they carry";
}

INSTANTIATE_TEST_SUITE_P(
    Kafka, GoldenBatch,
    testing::Values(Golden{"none", CompressionType::none, false}, Golden{"none", CompressionType::none, true},
                    Golden{"gzip", CompressionType::gzip, false}, Golden{"gzip", CompressionType::gzip, true},
                    Golden{"snappy", CompressionType::snappy, false}, Golden{"snappy", CompressionType::snappy, true},
                    Golden{"lz4", CompressionType::lz4, false}, Golden{"lz4", CompressionType::lz4, true},
                    Golden{"zstd", CompressionType::zstd, false}, Golden{"zstd", CompressionType::zstd, true}));

}  // namespace
}  // namespace muir::wire
