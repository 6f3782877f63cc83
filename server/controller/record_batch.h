#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "server/controller/api_error.h"
#include "server/metadata/record_codec.h"
#include "wire/base/bytes.h"
#include "wire/codec/message.h"

namespace muir::server {

// The records that one request gives rise to.  Failure is sticky: a record that cannot be encoded or is one too many is
// left out, and problem() says so; the request is then refused as a whole.
class RecordBatch {
 public:
  static constexpr std::size_t kRecordsPerRequestMax = 10'000;

  template <wire::Message Record>
  void add(const Record& record, std::int16_t version = 0) {
    if (frames_.size() == records_max_) {
      problem_ = ApiError(wire::ErrorCode::POLICY_VIOLATION, "Unable to perform excessively large batch operation.");
      return;
    }
    auto frame = encode_record(record, version);
    if (!frame) {
      problem_ = ApiError(wire::ErrorCode::UNKNOWN_SERVER_ERROR);  // A value too long for its field, as in Kafka.
      return;
    }
    frames_.push_back(std::move(*frame));
  }

  // For what a broker's coming and going causes, which no client chose and which has to be done whatever its size.
  static RecordBatch unlimited() {
    RecordBatch batch;
    batch.records_max_ = SIZE_MAX;
    return batch;
  }

  const ApiError& problem() const { return problem_; }
  bool empty() const { return frames_.empty(); }
  std::size_t size() const { return frames_.size(); }
  const std::vector<OwnedBytes>& frames() const { return frames_; }
  std::vector<OwnedBytes> take() { return std::move(frames_); }

 private:
  std::vector<OwnedBytes> frames_;
  std::size_t records_max_ = kRecordsPerRequestMax;
  ApiError problem_;
};

}  // namespace muir::server
