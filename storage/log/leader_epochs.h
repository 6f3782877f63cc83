#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/ids.h"
#include "wire/base/result.h"

namespace muir::storage {

// The first offset that a leader of `epoch` wrote.
struct EpochEntry {
  Epoch epoch;
  Offset start_offset;

  bool operator==(const EpochEntry&) const = default;
};

// Where an epoch of the log ends: what OffsetForLeaderEpoch answers.
struct EpochEndOffset {
  Epoch epoch = kNoEpoch;         // The largest epoch of the log that is not above the one asked for.
  Offset end_offset = kNoOffset;  // Exclusive.

  bool operator==(const EpochEndOffset&) const = default;
};

inline constexpr std::string_view kLeaderEpochFile = "leader-epoch-checkpoint";

// Which leader epoch wrote which offsets of a log: the content of leader-epoch-checkpoint (KIP-101).  Both columns
// increase strictly.  Pure; the Log writes the file when a call says that something changed.
class LeaderEpochs {
 public:
  // Fails with malformed_file, unsupported_file_version.  An entry that contradicts earlier ones replaces them.
  static Result<LeaderEpochs> parse(std::string_view text);
  std::string format() const;

  // `epoch` begins at `start_offset`; entries that contradict it go.  Ignores negative values, which Kafka's callers
  // never pass.  True when something changed.
  bool assign(Epoch epoch, Offset start_offset);

  // Removes the epochs that begin at or after `end_offset`.
  bool truncate_from_end(Offset end_offset);

  // Removes the epochs that end before `start_offset`; the one that reaches over it now begins there.
  bool truncate_from_start(Offset start_offset);

  bool clear();

  const std::vector<EpochEntry>& entries() const { return entries_; }
  std::optional<EpochEntry> earliest() const;
  std::optional<Epoch> latest_epoch() const;
  std::optional<Epoch> previous_epoch() const;  // The one before the latest.
  std::optional<Epoch> epoch_for_offset(Offset offset) const;

  // Where `requested` ends in a log that ends at `log_end_offset`; nothing known answers -1 and -1, as Kafka does.
  EpochEndOffset end_offset_for(Epoch requested, Offset log_end_offset) const;

 private:
  std::vector<EpochEntry> entries_;  // By epoch.
};

}  // namespace muir::storage
