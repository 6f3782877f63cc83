#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include <boost/system/result.hpp>

#include "storage/log/record_rejection.h"
#include "wire/base/bytes.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"
#include "wire/record/compression_type.h"

namespace muir::storage {

// What analyze_records() is to insist on, besides structure, sizes and CRCs.
struct AnalysisRules {
  std::size_t batch_bytes_max = std::numeric_limits<std::size_t>::max();  // max.message.bytes.
  bool from_client = false;    // Batches begin at offset 0: assigning offsets is the broker's.
  std::optional<Epoch> epoch;  // The Raft leader has stamped its epoch on each batch.
  std::optional<Epoch>
      epoch_max;  // A follower leaves out what a later leader sent, and all that follows (KAFKA-18723).
  bool offsets_must_grow = false;  // The offsets given are taken: replication and the Raft leader.
};

// What the headers of a run of batches say.
struct RecordAnalysis {
  std::size_t valid_bytes = 0;  // Of the whole batches that are to be appended; a torn tail is left out.
  std::int32_t batch_count = 0;
  std::optional<Offset> first_offset;  // Unknown when the first batch has format 0 or 1.
  Offset last_offset_of_first_batch = kNoOffset;
  Offset last_offset = kNoOffset;  // -1 without any batch.
  Epoch last_leader_epoch = kNoEpoch;
  std::int64_t max_timestamp = kNoTimestamp;
  wire::CompressionType compression = wire::CompressionType::none;  // Of the last compressed batch.
};

// The first look at records that are to be appended, whoever sent them: the checks, and their order, of Kafka's log.
// Nothing is decompressed.  Pure.
boost::system::result<RecordAnalysis, RecordRejection> analyze_records(ByteView records, const AnalysisRules& rules);

// What Kafka's Produce handler asks of one partition's records before it looks for a leader: at least one whole batch,
// only one, of format v2, and zstd from version 7 on.  Nothing when that is so.
std::optional<RecordRejection> check_produced_records(ByteView records, std::int16_t api_version);

// What it asks even before it knows whether the topic exists: a first batch whose header can be looked at.
std::optional<RecordRejection> check_first_batch(ByteView records);

}  // namespace muir::storage
