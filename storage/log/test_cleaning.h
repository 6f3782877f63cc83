#pragma once

// Keyed batches and rounds of cleaning, for the tests of compaction.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/log/cleanable_log.h"
#include "storage/log/cleaning_round.h"
#include "storage/log/test_batches.h"

namespace muir::storage::testing {

struct KeyedRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;  // Nothing: a tombstone.
};

struct KeyedBatch {
  std::vector<KeyedRecord> records;
  std::int64_t timestamp = kTestTime;
  std::int64_t base_offset = 0;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
  bool is_transactional = false;
  wire::CompressionType compression = wire::CompressionType::none;
  std::optional<std::int64_t> delete_horizon_ms;
};

inline wire::NullableBytes nullable(const std::optional<std::string>& text) {
  return text ? wire::NullableBytes(as_bytes(*text)) : std::nullopt;
}

inline OwnedBytes make_keyed(const KeyedBatch& batch) {
  wire::BatchOptions options;
  options.base_offset = Offset{batch.base_offset};
  options.leader_epoch = Epoch{0};
  options.compression = {batch.compression, {}};
  options.producer_id = ProducerId{batch.producer_id};
  options.producer_epoch = batch.producer_epoch;
  options.base_sequence = batch.base_sequence;
  options.is_transactional = batch.is_transactional;
  options.delete_horizon_ms = batch.delete_horizon_ms;
  wire::BatchBuilder builder(options);
  for (const KeyedRecord& record : batch.records)
    EXPECT_TRUE(builder.append({batch.timestamp, nullable(record.key), nullable(record.value), {}}));
  return builder.build().value();
}

// A record that was read back.
struct ReadRecord {
  std::int64_t offset;
  std::optional<std::string> key, value;
  bool is_control = false;

  bool operator==(const ReadRecord&) const = default;
};

inline std::string text_of(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

inline std::vector<ReadRecord> records_of(ByteView bytes) {
  std::vector<ReadRecord> all;
  wire::BatchWalker walker(bytes);
  wire::Decompressor decompressor;
  for (auto step = walker.next(); step && *step; step = walker.next()) {
    const auto batch = wire::BatchView::parse((*step)->bytes).value();
    EXPECT_TRUE(batch.crc_is_valid());
    const auto records = decompressor.read_all(batch.compression(), batch.records(), 1 << 24);
    EXPECT_TRUE(records);
    wire::RecordReader reader(batch, *records);
    wire::RecordView record;
    while (reader.has_next()) {
      EXPECT_TRUE(reader.next(record));
      ReadRecord read{record.offset.value, std::nullopt, std::nullopt, batch.is_control()};
      if (record.key) read.key = text_of(*record.key);
      if (record.value) read.value = text_of(*record.value);
      all.push_back(read);
    }
  }
  return all;
}

inline std::vector<BatchHeader> headers_of(ByteView bytes) {
  std::vector<BatchHeader> all;
  wire::BatchWalker walker(bytes);
  for (auto step = walker.next(); step && *step; step = walker.next())
    all.push_back(BatchHeader::of(wire::BatchView::parse((*step)->bytes).value()));
  return all;
}

// A compacted log that is cleaned when the test says so.
struct CleaningBench : LogBench {
  explicit CleaningBench(std::uint64_t seed = 0) : LogBench(seed) {
    config.cleanup_compact = true;
    config.cleanup_delete = false;
    config.segment_bytes = 300;
    config.min_cleanable_dirty_ratio = 0;
    config.index_interval_bytes = 100;
    config.delete_retention_ms = 1000;
  }

  Result<AppendInfo> append_keyed(const KeyedBatch& batch) {
    OwnedBytes bytes = make_keyed(batch);
    auto info = log->append_as_leader(bytes, leader_epoch, AppendOrigin::client).run_inline();
    if (info) log->set_high_watermark(log->log_end_offset());
    return info;
  }
  Result<AppendInfo> put(const std::string& key, std::optional<std::string> value) {
    return append_keyed({{{key, std::move(value)}}});
  }

  // As the scheduler does it.  The checkpoint moves when the round has ended.
  Result<void> clean() {
    CleanableLog cleanable = log->cleanable();
    cleanable.producers = log->active_producers();
    const auto offsets = cleanable_offsets(cleanable, checkpointed, clock.wall_ms());
    const auto dirt = dirtiness(cleanable, offsets);
    if (dirt.cleanable_bytes == 0) return ok();
    const CleaningPlan plan{offsets.first_dirty, dirt.first_uncleanable, clock.wall_ms()};
    auto aborted = log->aborted_transactions(cleanable.segments.front().base_offset, log->last_stable_offset());
    auto found = aborted.run_inline();
    if (!found) return found.error();
    round.emplace(disk, std::move(cleanable), plan, std::move(*found), resources);
    for (;;) {
      const auto progress = round->advance(slice_bytes);
      if (!progress) return progress.error();
      if (*progress == CleaningRound::Progress::finished) break;
      if (*progress != CleaningRound::Progress::segment_ready) continue;
      const auto swapped = log->replace_segments(round->ready()).run_inline();
      if (!swapped) return swapped;
      round->swapped();
    }
    checkpointed = round->end_offset();
    return ok();
  }

  // Everything in the log, segment after segment.
  OwnedBytes all_bytes() {
    OwnedBytes all;
    for (Offset at = log->log_start_offset(); at < log->log_end_offset();) {
      const auto bytes = read(at, 1 << 30);
      EXPECT_TRUE(bytes) << error_text(bytes.error());
      if (!bytes || bytes->empty()) break;
      all.insert(all.end(), bytes->begin(), bytes->end());
      at = headers_of(*bytes).back().last_offset() + 1;
    }
    return all;
  }
  std::vector<ReadRecord> records() { return records_of(all_bytes()); }

  CleanerResources resources{1 << 20, 0.9, 512};
  std::uint64_t slice_bytes = 700;
  std::optional<Offset> checkpointed;
  std::optional<CleaningRound> round;
};

}  // namespace muir::storage::testing
