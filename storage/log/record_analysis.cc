#include "storage/log/record_analysis.h"

#include <algorithm>

#include <fmt/format.h>

#include "wire/record/batch.h"
#include "wire/record/legacy_batch.h"

namespace muir::storage {
namespace {

using wire::BatchView;
using wire::BatchWalker;
using wire::LegacyBatchView;
using wire::RecordErrc;
using MaybeRejection = std::optional<RecordRejection>;

// Where Kafka reads a producer id before it checks the size; shorter batches end in an exception there.
constexpr std::size_t kBytesToProducerId = 51;

// What both kinds of batch have, read once.
struct Facts {
  Offset base_offset = kNoOffset;
  Offset last_offset = kNoOffset;
  Epoch leader_epoch = kNoEpoch;
  std::int64_t max_timestamp = kNoTimestamp;
  wire::CompressionType compression = wire::CompressionType::none;
  bool compression_is_known = true;
  bool crc_is_valid = false;
};

Facts facts_of(const BatchView& batch) {
  return {batch.base_offset(), batch.last_offset(),          batch.leader_epoch(), batch.max_timestamp(),
          batch.compression(), batch.compression_is_known(), batch.crc_is_valid()};
}

Facts facts_of(const LegacyBatchView& batch) {
  return {kNoOffset,
          batch.last_offset(),
          kNoEpoch,
          batch.max_timestamp(),
          batch.compression(),
          batch.compression_is_known(),
          batch.crc_is_valid()};
}

RecordRejection corrupt(std::string reason) { return {Errc::corrupt_batch, std::move(reason)}; }

class Analyst {
 public:
  explicit Analyst(const AnalysisRules& rules) : rules_(rules) {}

  MaybeRejection add(const BatchWalker::Step& step) {
    if (step.frame.is_v2()) {
      const auto batch = BatchView::parse(step.bytes);
      return batch ? add(step, facts_of(*batch)) : corrupt(batch.error().message());
    }
    const auto batch = LegacyBatchView::parse(step.bytes);
    return batch ? add(step, facts_of(*batch)) : corrupt(batch.error().message());
  }

  const RecordAnalysis& result() const { return result_; }

 private:
  MaybeRejection add(const BatchWalker::Step& step, const Facts& batch) {
    if (rules_.epoch && batch.leader_epoch != *rules_.epoch)
      return RecordRejection(Errc::invalid_record, fmt::format("the Raft leader's batch has epoch {} instead of {}",
                                                               batch.leader_epoch.value, rules_.epoch->value));
    if (rules_.from_client && step.frame.is_v2() && batch.base_offset != Offset{0})
      return RecordRejection(Errc::invalid_record,
                             fmt::format("the base offset of a produced batch is {}, not 0", batch.base_offset.value));
    skipping_ = skipping_ || (rules_.epoch_max && batch.leader_epoch > *rules_.epoch_max);
    if (!skipping_) {
      if (auto refused = take(step, batch)) return refused;
    }
    if (rules_.offsets_must_grow && !growing_)
      return RecordRejection(Errc::offsets_out_of_order,
                             fmt::format("offsets do not grow at offset {}", batch.last_offset.value));
    return std::nullopt;
  }

  MaybeRejection take(const BatchWalker::Step& step, const Facts& batch) {
    if (result_.batch_count == 0) {
      if (step.frame.is_v2()) result_.first_offset = batch.base_offset;
      result_.last_offset_of_first_batch = batch.last_offset;
    }
    if (result_.last_offset >= batch.last_offset) growing_ = false;
    result_.last_offset = batch.last_offset;
    result_.last_leader_epoch = batch.leader_epoch;
    if (step.bytes.size() > rules_.batch_bytes_max)
      return RecordRejection(Errc::record_too_large, fmt::format("a batch of {} bytes is above max.message.bytes={}",
                                                                 step.bytes.size(), rules_.batch_bytes_max));
    if (!batch.crc_is_valid) return corrupt("the CRC does not match");
    result_.max_timestamp = std::max(result_.max_timestamp, batch.max_timestamp);
    if (!batch.compression_is_known)
      return RecordRejection(RecordErrc::unknown_compression, "unknown compression type");
    if (batch.compression != wire::CompressionType::none) result_.compression = batch.compression;
    result_.valid_bytes += step.bytes.size();
    ++result_.batch_count;
    return std::nullopt;
  }

  const AnalysisRules& rules_;
  RecordAnalysis result_;
  bool growing_ = true;
  bool skipping_ = false;
};

// The words in which Kafka tells a client that a header makes no sense, in the one case where it does.
std::optional<std::string> told_client(ByteView records, const Error& error) {
  if (error == RecordErrc::batch_too_small)
    return fmt::format("Record size {} is less than the minimum record overhead ({})",
                       load_big_endian<std::int32_t>(records.data() + 8), wire::kLegacyRecordBytesMin);
  if (error == RecordErrc::unknown_magic)
    return fmt::format("Invalid magic found in record: {}",
                       load_big_endian<std::int8_t>(records.data() + wire::kBatchMagicAt));
  return std::nullopt;
}

}  // namespace

boost::system::result<RecordAnalysis, RecordRejection> analyze_records(ByteView records, const AnalysisRules& rules) {
  Analyst analyst(rules);
  BatchWalker walker(records);
  for (;;) {
    const auto step = walker.next();
    if (!step) return corrupt(step.error().message());
    if (!*step) return analyst.result();
    if (auto refused = analyst.add(**step)) return *std::move(refused);
  }
}

std::optional<RecordRejection> check_produced_records(ByteView records, std::int16_t api_version) {
  BatchWalker walker(records);
  const auto first = walker.next();
  if (!first) return corrupt(first.error().message());
  if (!*first) return RecordRejection(Errc::invalid_record, "there is no whole batch");
  const auto& [frame, bytes] = **first;
  if (!frame.is_v2()) return RecordRejection(Errc::invalid_record, fmt::format("the batch has magic {}", frame.magic));

  const int compression = api_version < 7 ? load_big_endian<std::int16_t>(bytes.data() + 21) & 7 : 0;
  if (compression > static_cast<int>(wire::CompressionType::zstd)) {
    RecordRejection refused(RecordErrc::unknown_compression, "unknown compression type");
    refused.fails_request = true;
    return refused;
  }
  if (compression == static_cast<int>(wire::CompressionType::zstd))
    return RecordRejection(Errc::unsupported_compression, fmt::format("zstd in Produce version {}", api_version));

  const auto second = walker.next();
  if (!second) return corrupt(second.error().message());
  if (*second) return RecordRejection(Errc::invalid_record, "there is more than one batch");
  return std::nullopt;
}

std::optional<RecordRejection> check_first_batch(ByteView records) {
  const auto first = BatchWalker(records).next();
  if (first && (!*first || !(*first)->frame.is_v2() || (*first)->bytes.size() >= kBytesToProducerId))
    return std::nullopt;
  RecordRejection refused = first ? RecordRejection(RecordErrc::batch_too_small, "the batch is smaller than its header")
                                  : corrupt(first.error().message());
  if (!first) refused.client_message = told_client(records, first.error());
  refused.fails_request = true;
  return refused;
}

}  // namespace muir::storage
