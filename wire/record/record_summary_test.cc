#include "wire/record/record_summary.h"

#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "wire/record/batch_builder.h"
#include "wire/record/record.h"

namespace muir::wire {
namespace {

constexpr std::int64_t kTime = 1'700'000'000'000;

// What a RecordReader says of the same batch; nothing where a summary must say nothing.
std::optional<RecordSummaries> slowly(const BatchView& batch) {
  if (batch.timestamp_type() != TimestampType::create_time || batch.base_timestamp() < 0) return std::nullopt;
  RecordSummaries found;
  found.min_timestamp = std::numeric_limits<std::int64_t>::max();
  found.max_timestamp = std::numeric_limits<std::int64_t>::min();
  RecordReader reader(batch, batch.records());
  RecordView record;
  while (reader.has_next()) {
    if (!reader.next(record)) return std::nullopt;
    if (record.offset != batch.base_offset() + found.count) return std::nullopt;
    found.min_timestamp = std::min(found.min_timestamp, record.timestamp);
    found.max_timestamp = std::max(found.max_timestamp, record.timestamp);
    found.all_have_keys = found.all_have_keys && record.key.has_value();
    ++found.count;
  }
  return found.count > 0 ? std::optional(found) : std::nullopt;
}

void expect_same(const OwnedBytes& bytes) {
  const auto batch = BatchView::parse(bytes);
  ASSERT_TRUE(batch);
  const auto quick = summarize_records(*batch);
  const auto slow = slowly(*batch);
  ASSERT_EQ(quick.has_value(), slow.has_value());
  if (!quick) return;
  EXPECT_EQ(quick->count, slow->count);
  EXPECT_EQ(quick->min_timestamp, slow->min_timestamp);
  EXPECT_EQ(quick->max_timestamp, slow->max_timestamp);
  EXPECT_EQ(quick->all_have_keys, slow->all_have_keys);
}

OwnedBytes random_batch(std::minstd_rand& random) {
  const std::size_t sizes[] = {0, 1, 63, 64, 100, 8191, 8192, 20'000};
  const auto any_text = [&] { return std::string(sizes[random() % 8] * (random() % 4 == 0), 'x'); };
  BatchBuilder builder({});
  for (auto left = 1 + random() % 300; left > 0; --left) {
    const std::string key = any_text(), value = any_text(), header_value = any_text();
    NewRecord record;
    record.timestamp = kTime + static_cast<std::int64_t>(random() % 100'000) - 50'000;
    if (random() % 3 == 0) record.key = as_bytes(key);
    if (random() % 5 != 0) record.value = as_bytes(value);
    RecordHeader headers[2]{{"one", as_bytes(header_value)}, {"", std::nullopt}};
    if (random() % 10 == 0) record.headers = std::span(headers).first(1 + random() % 2);
    EXPECT_TRUE(builder.append(record));
  }
  return *builder.build();
}

TEST(RecordSummary, SaysWhatAReaderFinds) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::minstd_rand random(seed);
  for (int i = 0; i < 200; ++i) {
    const OwnedBytes batch = random_batch(random);
    ASSERT_TRUE(summarize_records(*BatchView::parse(batch)));
    expect_same(batch);
  }
}

// Whatever a summary accepts a reader accepts, and the other way round.
TEST(RecordSummary, AcceptsNoByteThatAReaderRefuses) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::minstd_rand random(seed);
  for (int i = 0; i < 20'000; ++i) {
    BatchBuilder builder({});
    const std::string text(random() % 70, 'x');
    RecordHeader header{"h", as_bytes(text)};
    for (auto left = 1 + random() % 4; left > 0; --left) {
      NewRecord record{kTime + static_cast<std::int64_t>(random() % 200), as_bytes(text), as_bytes(text), {}};
      if (random() % 2) record.headers = std::span(&header, 1);
      ASSERT_TRUE(builder.append(record));
    }
    OwnedBytes bytes = *builder.build();
    for (auto left = 1 + random() % 3; left > 0; --left) {
      const std::size_t at = kBatchHeaderBytes + random() % (bytes.size() - kBatchHeaderBytes);
      bytes[at] =
          std::byte(random() % 2 ? random() % 256 : std::to_integer<unsigned>(bytes[at]) ^ (1u << random() % 8));
    }
    if (random() % 10 == 0) store_big_endian(&bytes[57], static_cast<std::int32_t>(random() % 6) - 1);
    expect_same(bytes);
  }
}

TEST(RecordSummary, LeavesWhatIsUnusualToAReader) {
  BatchBuilder gap({});
  ASSERT_TRUE(gap.append_at(Offset{0}, {kTime, {}, as_bytes("v"), {}}));
  ASSERT_TRUE(gap.append_at(Offset{2}, {kTime, {}, as_bytes("v"), {}}));
  BatchBuilder stamped({.timestamp_type = TimestampType::log_append_time, .log_append_time = kTime});
  ASSERT_TRUE(stamped.append({kTime, {}, as_bytes("v"), {}}));
  BatchBuilder timeless({});
  ASSERT_TRUE(timeless.append({kNoTimestamp, {}, as_bytes("v"), {}}));
  BatchBuilder empty({});
  for (const BatchBuilder* builder : {&gap, &stamped, &timeless, &empty}) {
    const OwnedBytes bytes = *builder->build();
    EXPECT_FALSE(summarize_records(*BatchView::parse(bytes)));
  }
}

TEST(RecordSummary, RefusesATimestampBeyondAnInt64) {
  BatchBuilder builder({});
  ASSERT_TRUE(builder.append({kTime, {}, as_bytes("v"), {}}));
  ASSERT_TRUE(builder.append({kTime + 1, {}, as_bytes("v"), {}}));
  OwnedBytes bytes = *builder.build();
  store_big_endian(&bytes[27], std::numeric_limits<std::int64_t>::max());
  EXPECT_FALSE(summarize_records(*BatchView::parse(bytes)));
}

}  // namespace
}  // namespace muir::wire
