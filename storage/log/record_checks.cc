#include "storage/log/record_checks.h"

#include <algorithm>

#include <fmt/format.h>

namespace muir::storage {
namespace {

constexpr std::size_t kErrorsInMessage = 3;

std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::int64_t wrapping_subtract(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace

struct RecordChecks::Described {
  const char* kind;
  std::int64_t offset;
  std::int64_t timestamp;
  bool has_key;
  std::int64_t key_size;
  std::int64_t value_size;
};

void RecordChecks::check(const wire::RecordView& record) {
  const auto size = [](const wire::NullableBytes& bytes) {
    return static_cast<std::int64_t>(bytes ? bytes->size() : 0);
  };
  check(Described{"DefaultRecord", record.offset.value, record.timestamp, record.key.has_value(), size(record.key),
                  size(record.value)});
}

void RecordChecks::check(const wire::RecordSummary& record) {
  check(Described{"PartialDefaultRecord", record.offset.value, record.timestamp, record.key_size >= 0, record.key_size,
                  record.value_size});
}

// A record has at most one error; a missing key comes before a bad timestamp.  A batch that claims LogAppendTime is
// refused only where its timestamps are not looked at: on a LogAppendTime topic, or without a timestamp.
void RecordChecks::check(const Described& record) {
  const bool looks_at_timestamp =
      rules_.timestamp_type == wire::TimestampType::create_time && record.timestamp != kNoTimestamp;
  if (rules_.keys_required && !record.has_key) {
    add(fmt::format("Compacted topic cannot accept message without key in topic partition {}-{}", rules_.topic,
                    rules_.partition.value));
  } else if (looks_at_timestamp) {
    if (timestamp_is_out_of_range(record.timestamp)) {
      has_bad_timestamp_ = true;
      add(out_of_range_text(record));
    }
  } else if (batch_timestamp_type_ == wire::TimestampType::log_append_time) {
    has_bad_timestamp_ = true;
    add(
        fmt::format("Invalid timestamp type in message {}(offset={}, timestamp={}, key={} bytes, value={} bytes). "
                    "Producer should not set timestamp type to LogAppendTime.",
                    record.kind, record.offset, record.timestamp, record.key_size, record.value_size));
  }
  max_timestamp_ = std::max(max_timestamp_, record.timestamp);
  ++index_;
}

// Between two timestamps that are in range, neither of them negative, there is none that is not.
bool RecordChecks::accept_all(const wire::RecordSummaries& records) {
  if (rules_.keys_required && !records.all_have_keys) return false;
  if (records.min_timestamp < 0) return false;
  const bool looks_at_timestamps = rules_.timestamp_type == wire::TimestampType::create_time;
  if (looks_at_timestamps &&
      (timestamp_is_out_of_range(records.min_timestamp) || timestamp_is_out_of_range(records.max_timestamp)))
    return false;
  index_ = records.count;
  max_timestamp_ = records.max_timestamp;
  return true;
}

// With Kafka's arithmetic, which wraps: a hostile timestamp may fold back into the range.
bool RecordChecks::timestamp_is_out_of_range(std::int64_t timestamp) const {
  const std::int64_t age = wrapping_subtract(rules_.now_ms, timestamp);
  return age > rules_.timestamp_before_max_ms || wrapping_subtract(0, age) > rules_.timestamp_after_max_ms;
}

std::string RecordChecks::out_of_range_text(const Described& record) const {
  return fmt::format("Timestamp {} of message with offset {} is out of range. The timestamp should be within [{}, {}]",
                     record.timestamp, record.offset, wrapping_subtract(rules_.now_ms, rules_.timestamp_before_max_ms),
                     wrapping_add(rules_.now_ms, rules_.timestamp_after_max_ms));
}

void RecordChecks::add(std::string message) {
  ++error_count_;
  if (errors_.size() < kRecordErrorsMax) errors_.push_back({index_, std::move(message)});
}

std::optional<RecordRejection> RecordChecks::verdict() const {
  if (error_count_ == 0) return std::nullopt;
  RecordRejection refused(has_bad_timestamp_ ? Errc::invalid_timestamp : Errc::invalid_record, errors_[0].message);
  refused.record_errors = errors_;
  if (has_bad_timestamp_) {
    refused.client_message = "One or more records have been rejected due to invalid timestamp";
    return refused;
  }
  std::string shown;
  for (std::size_t i = 0; i < std::min(errors_.size(), kErrorsInMessage); ++i)
    shown += fmt::format("{}RecordError(batchIndex={}, message='{}')", i > 0 ? ", " : "", errors_[i].batch_index,
                         errors_[i].message);
  refused.client_message = fmt::format(
      "One or more records have been rejected due to {} record errors in total, and only showing the first three "
      "errors at most: [{}]",
      error_count_, shown);
  return refused;
}

}  // namespace muir::storage
