#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/log/record_rejection.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"
#include "wire/record/batch.h"
#include "wire/record/record.h"
#include "wire/record/record_scanner.h"
#include "wire/record/record_summary.h"

namespace muir::storage {

// What a topic asks of each record of a batch.
struct RecordRules {
  std::string_view topic;
  PartitionId partition;
  bool keys_required = false;  // cleanup.policy contains compact.
  wire::TimestampType timestamp_type = wire::TimestampType::create_time;
  std::int64_t timestamp_before_max_ms = 0;
  std::int64_t timestamp_after_max_ms = 0;
  std::int64_t now_ms = 0;
};

// Looks at the records of one batch, one after the other, and collects what is wrong with them: one bad record refuses
// the batch, but the producer hears of each.  Its texts are Kafka's, as clients see them.
class RecordChecks {
 public:
  RecordChecks(const RecordRules& rules, wire::TimestampType batch_timestamp_type)
      : rules_(rules), batch_timestamp_type_(batch_timestamp_type) {}

  void check(const wire::RecordView& record);
  void check(const wire::RecordSummary& record);

  // Instead of check(), for a batch of which nothing was checked yet: true, and they count, if no record can be bad.
  bool accept_all(const wire::RecordSummaries& records);

  std::int64_t record_count() const { return index_; }
  std::int64_t max_timestamp() const { return max_timestamp_; }  // -1 without any above.

  // The refusal, if any record was bad: invalid_timestamp when one was so for that.
  std::optional<RecordRejection> verdict() const;

 private:
  struct Described;  // A record, and how Kafka would print it.
  void check(const Described& record);
  bool timestamp_is_out_of_range(std::int64_t timestamp) const;
  void add(std::string message);
  std::string out_of_range_text(const Described& record) const;

  const RecordRules& rules_;
  wire::TimestampType batch_timestamp_type_;
  std::int32_t index_ = 0;
  std::int64_t max_timestamp_ = -1;
  std::size_t error_count_ = 0;
  bool has_bad_timestamp_ = false;
  std::vector<RecordError> errors_;
};

}  // namespace muir::storage
