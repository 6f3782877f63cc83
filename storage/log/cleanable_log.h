#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/log/log_config.h"
#include "wire/base/ids.h"

namespace muir::storage {

// A segment as the cleaner knows it, who works on other threads and touches no Segment.
struct CleanableSegment {
  Offset base_offset;
  std::uint32_t size_bytes = 0;
  std::uint64_t offset_index_bytes = 0;
  std::uint64_t time_index_bytes = 0;
  std::int64_t modified_ms = 0;
  std::int64_t largest_timestamp = 0;
};

// What a producer wrote last into the log: while it is active, its sequence numbers must survive compaction.
struct LastRecord {
  std::optional<Offset> last_data_offset;  // None when only a marker of it is left.
  std::int16_t producer_epoch = -1;
};

using ActiveProducers = std::unordered_map<ProducerId, LastRecord>;

// A log at one moment: what the cleaner plans and works by.  A copy: the log goes on meanwhile, and refuses what was
// made of segments that it no longer has.
struct CleanableLog {
  std::string directory;
  LogConfig config;
  Offset log_start_offset{0};
  Offset log_end_offset{0};
  Offset last_stable_offset{0};
  std::vector<CleanableSegment> segments;  // Oldest first, never empty; the last is the active one.
  ActiveProducers producers;               // Log::active_producers(), once it is to be cleaned.
  std::uint64_t truncations = 0;           // Of the log so far: content that has been cut may have come back different.

  Offset active_base_offset() const { return segments.back().base_offset; }
  std::size_t unfolded_bytes_max() const { return static_cast<std::size_t>(config.max_decompressed_message_bytes); }
};

// A cleaned segment that waits, as "<base_offset>.*.cleaned", to replace those it was made of.
struct SegmentSwap {
  std::string directory;  // Where it waits: a log that has moved between log directories meanwhile does not take it.
  Offset base_offset;
  std::vector<CleanableSegment> replaced;  // Oldest first; the first has the same base offset.
  std::uint64_t truncations = 0;           // Of the log when these segments were read.
};

}  // namespace muir::storage
