#include "storage/log/record_validator.h"

#include <fmt/format.h>

#include "storage/log/record_checks.h"
#include "wire/record/record_summary.h"

namespace muir::storage {
namespace {

using wire::BatchView;
using wire::CompressionType;
using wire::RecordErrc;
using wire::TimestampType;
using MaybeRejection = std::optional<RecordRejection>;

RecordRejection invalid(std::string reason) { return {Errc::invalid_record, std::move(reason)}; }

// What walking over the records met: garbage from the codec, a bomb, or, mostly, records that contradict themselves.
RecordRejection refused_by_walk(const Error& error) {
  if (error == RecordErrc::bad_compressed_data) return {error, error.message()};
  if (error == RecordErrc::decompressed_too_large) return {Errc::record_too_large, error.message()};
  return invalid(error.message());
}

wire::Compression target_compression(const LogConfig& config, CompressionType source) {
  switch (config.compression.value_or(source)) {
    case CompressionType::none:
      return {};
    case CompressionType::snappy:
      return {CompressionType::snappy, {}};
    case CompressionType::gzip:
      return {CompressionType::gzip, config.compression_gzip_level};
    case CompressionType::lz4:
      return {CompressionType::lz4, config.compression_lz4_level};
    case CompressionType::zstd:
      return {CompressionType::zstd, config.compression_zstd_level};
  }
  return {};
}

RecordRules rules_of(const LogConfig& config, const AppendTarget& target) {
  return {target.topic,
          target.partition,
          config.cleanup_compact,
          config.message_timestamp_type,
          config.message_timestamp_before_max_ms,
          config.message_timestamp_after_max_ms,
          target.now_ms};
}

}  // namespace

// One call's facts.
struct RecordValidator::Job {
  Job(BatchView the_batch, const LogConfig& the_config, const AppendTarget& the_target)
      : batch(the_batch),
        config(the_config),
        target(the_target),
        to(target_compression(the_config, the_batch.compression())),
        rules(rules_of(the_config, the_target)),
        checks(rules, the_batch.timestamp_type()) {}

  BatchView batch;
  const LogConfig& config;
  const AppendTarget& target;
  wire::Compression to;
  RecordRules rules;
  RecordChecks checks;
  bool offsets_are_consecutive = true;  // The records' own, from 0.

  std::size_t unfolded_bytes_max() const {
    return std::min(static_cast<std::size_t>(config.max_decompressed_message_bytes), target.unfolded_bytes_max);
  }
  bool stays_uncompressed() const { return batch.compression() == CompressionType::none && !to_compressed(); }
  bool to_compressed() const { return to.type != CompressionType::none; }
  // Control records are not compressed unless they came so.
  bool is_plain_control() const { return batch.compression() == CompressionType::none && batch.is_control(); }
  bool is_kept() const { return batch.compression() == to.type || is_plain_control(); }

  template <class Record>
  void look_at(const Record& record) {
    offsets_are_consecutive = offsets_are_consecutive && record.offset == Offset{checks.record_count()};
    checks.check(record);
  }
};

Validation RecordValidator::validate(MutableByteView records, const LogConfig& config, const AppendTarget& target) {
  const bool any_size = target.ignores_batch_size || config.max_message_bytes < 0;
  AnalysisRules rules{.from_client = target.from_client};
  if (!any_size) rules.batch_bytes_max = static_cast<std::size_t>(config.max_message_bytes);
  const auto analysis = analyze_records(records, rules);
  if (!analysis) return analysis.error();
  if (analysis->batch_count != 1) return invalid(fmt::format("{} batches where one belongs", analysis->batch_count));

  const auto batch = BatchView::parse(records);
  if (!batch) return invalid("only batches of format v2 can be appended");
  Job job(*batch, config, target);
  if (auto refused = check_batch(job)) return *std::move(refused);
  if (!job.is_kept()) return rewrite(job);

  const bool plain = batch->compression() == CompressionType::none;
  if (plain && accept_by_summary(job)) return keep(job, records);
  if (auto refused = plain ? walk_plain(job, batch->records()) : walk_compressed(job)) return *std::move(refused);
  // Kafka would rewrite the batch now, and cannot: it has skipped over keys and values.
  if (!job.stays_uncompressed() && !job.offsets_are_consecutive)
    return RecordRejection(RecordErrc::not_rewritable, "the offsets of compressed records are not consecutive");
  return keep(job, records);
}

MaybeRejection RecordValidator::check_batch(const Job& job) const {
  const BatchView& batch = job.batch;
  const std::int64_t count = batch.record_count();
  if (job.target.from_client) {
    const std::int64_t range = batch.last_offset() - batch.base_offset() + 1;
    if (range <= 0) return invalid(fmt::format("the last offset delta is {}", batch.last_offset_delta()));
    if (count <= 0) return invalid(fmt::format("the record count is {}", count));
    if (range != count) return invalid(fmt::format("{} records for {} offsets", count, range));
    if (batch.is_control()) return invalid("a client sent control records");
    if (batch.has_producer_id() && batch.base_sequence() < 0)
      return invalid(fmt::format("producer {} has base sequence {}", batch.producer_id().value, batch.base_sequence()));
  } else if (count <= 0) {
    return invalid(fmt::format("the record count is {}", count));
  }
  return std::nullopt;
}

// The usual batch, which nothing is wrong with, is judged by what its records have in common.  False: look at each.
bool RecordValidator::accept_by_summary(Job& job) const {
  const auto records = wire::summarize_records(job.batch);
  return records && job.checks.accept_all(*records);
}

MaybeRejection RecordValidator::walk_plain(Job& job, ByteView section) {
  wire::RecordReader reader(job.batch, section);
  wire::RecordView record;
  while (reader.has_next()) {
    const auto read = reader.next(record);
    if (!read) return refused_by_walk(read.error());
    job.look_at(record);
  }
  return job.checks.verdict();
}

MaybeRejection RecordValidator::walk_compressed(Job& job) {
  wire::RecordSummary record;
  scanner_.begin(job.batch, job.unfolded_bytes_max());
  while (scanner_.has_next()) {
    const auto read = scanner_.next(record);
    if (!read) return refused_by_walk(read.error());
    job.look_at(record);
  }
  return job.checks.verdict();
}

// Offset, epoch and, where it differs, timestamp are set where the batch stands.
Validation RecordValidator::keep(Job& job, MutableByteView records) {
  const MutableByteView bytes = records.first(job.batch.size_bytes());
  if (bytes.size() > static_cast<std::size_t>(job.config.segment_bytes))
    return RecordRejection(Errc::batch_list_too_large, "the batch is above segment.bytes");
  const bool broker_time = job.config.message_timestamp_type == TimestampType::log_append_time;
  const std::int64_t max_timestamp = broker_time ? job.target.now_ms : job.checks.max_timestamp();
  const Offset last = job.target.next_offset + (job.checks.record_count() - 1);

  wire::set_base_offset(bytes, last + -std::int64_t{job.batch.last_offset_delta()});
  wire::set_leader_epoch(bytes, job.target.leader_epoch);
  wire::set_max_timestamp(bytes, job.config.message_timestamp_type, max_timestamp);

  return ValidatedBatch{bytes,
                        false,
                        job.target.next_offset,
                        last,
                        max_timestamp,
                        max_timestamp == kNoTimestamp ? kNoOffset : last,
                        broker_time ? job.target.now_ms : kNoTimestamp,
                        job.batch.compression()};
}

// The section, unfolded if need be, and walked.  Where unfolding fails half-way, a record that is bad before that place
// is what counts, as in Kafka, which does both at once.
MaybeRejection RecordValidator::unfold_and_walk(Job& job, ByteView& section) {
  const auto unfolded = decompressor_.read_all(job.batch.compression(), job.batch.records(), job.unfolded_bytes_max());
  section = unfolded ? *unfolded : decompressor_.unfolded_so_far();
  if (unfolded) return walk_plain(job, section);

  wire::RecordReader reader(job.batch, section);
  wire::RecordView record;
  while (reader.has_next()) {
    const auto read = reader.next(record);
    if (read) continue;
    return refused_by_walk(read.error() == RecordErrc::records_end_early ? unfolded.error() : read.error());
  }
  return refused_by_walk(unfolded.error());
}

Result<OwnedBytes> RecordValidator::build(const Job& job, ByteView section) const {
  const BatchView& batch = job.batch;
  const bool half_a_producer = batch.producer_id() != kNoProducerId && batch.producer_epoch() == wire::kNoProducerEpoch;
  if (half_a_producer || (batch.is_transactional() && batch.producer_id() == kNoProducerId))
    return RecordErrc::not_rewritable;

  wire::BatchBuilder builder({.base_offset = job.target.next_offset,
                              .leader_epoch = job.target.leader_epoch,
                              .compression = job.to,
                              .timestamp_type = job.config.message_timestamp_type,
                              .log_append_time = job.target.now_ms,
                              .producer_id = batch.producer_id(),
                              .producer_epoch = batch.producer_epoch(),
                              .base_sequence = batch.base_sequence(),
                              .is_transactional = batch.is_transactional()});
  wire::RecordReader reader(batch, section);
  wire::RecordView record;
  while (reader.has_next()) {
    const auto read = reader.next(record);
    if (!read) return read.error();
    if (record.timestamp < 0 && record.timestamp != kNoTimestamp) return RecordErrc::not_rewritable;
    const auto copied = builder.copy(record);
    if (!copied) return copied.error();
  }
  return builder.build();
}

Validation RecordValidator::rewrite(Job& job) {
  ByteView section;
  if (auto refused = unfold_and_walk(job, section)) return *std::move(refused);
  auto built = build(job, section);
  if (!built) return RecordRejection(RecordErrc::not_rewritable, built.error().message());
  rewritten_ = *std::move(built);

  const bool above_max = rewritten_.size() > static_cast<std::size_t>(job.config.max_message_bytes);
  if (above_max && !job.target.ignores_batch_size)
    return RecordRejection(Errc::record_too_large, fmt::format("the rewritten batch has {} bytes", rewritten_.size()));
  if (rewritten_.size() > static_cast<std::size_t>(job.config.segment_bytes))
    return RecordRejection(Errc::batch_list_too_large, "the rewritten batch is above segment.bytes");

  const auto batch = BatchView::parse(rewritten_);
  const bool broker_time = job.config.message_timestamp_type == TimestampType::log_append_time;
  const Offset last = batch->last_offset();
  return ValidatedBatch{rewritten_,
                        true,
                        job.target.next_offset,
                        last,
                        batch->max_timestamp(),
                        batch->max_timestamp() == kNoTimestamp ? kNoOffset : last,
                        broker_time ? job.target.now_ms : kNoTimestamp,
                        job.batch.compression()};
}

}  // namespace muir::storage
