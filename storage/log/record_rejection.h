#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/log/errc.h"
#include "wire/base/result.h"
#include "wire/record/errc.h"

namespace muir::storage {

// What is wrong with one record of a refused batch (KIP-467).
struct RecordError {
  std::int32_t batch_index = 0;  // Of the record in its batch, from 0.
  std::string message;

  bool operator==(const RecordError&) const = default;
};

// Why records were refused.  `error` is one of
//   Errc::corrupt_batch, record_too_large, batch_list_too_large, invalid_record, invalid_timestamp,
//   unsupported_compression, offsets_out_of_order: Kafka has a code for each;
//   RecordErrc::unknown_compression, bad_compressed_data, not_rewritable: there Kafka runs into an exception that has
//   no code, and clients see UNKNOWN_SERVER_ERROR.
struct RecordRejection {
  RecordRejection() = default;
  RecordRejection(Error why, std::string text) : error(why), reason(std::move(text)) {}

  Error error;
  std::string reason;                         // For the log of this broker.
  std::optional<std::string> client_message;  // What the client is told; Kafka mostly tells the code only.
  std::vector<RecordError> record_errors;     // At most kRecordErrorsMax.
  bool fails_request = false;                 // Kafka fails the whole Produce request, not this partition only.

  // Whether the answer carries the partition's log start offset: for some errors Kafka answers -1.
  bool tells_log_start() const {
    return !fails_request && error != Errc::corrupt_batch && error != Errc::record_too_large &&
           error != Errc::batch_list_too_large;
  }
};

// Kafka has no such bound: a batch of minimal bad records would make an answer 20 times its size.
inline constexpr std::size_t kRecordErrorsMax = 10'000;

}  // namespace muir::storage
