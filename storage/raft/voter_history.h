#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "storage/raft/voter_set.h"
#include "wire/base/ids.h"

namespace muir::storage {

// The voter sets and kraft.versions that the log holds, by offset.  The newest counts as soon as it is in the log,
// committed or not (KIP-853), so truncation must bring the one before it back.  Before the first one, the voters of
// `controller.quorum.voters` count, and kraft.version is 0.
class VoterHistory {
 public:
  // Where records of a snapshot count: one before the snapshot's end.  The format tool's lie at -1.
  static constexpr Offset kBeforeTheLog{-1};

  explicit VoterHistory(VoterSet static_voters = {}) : static_voters_(std::move(static_voters)) {}

  void add(Offset at, VoterSet voters) { voters_.insert_or_assign(at, std::move(voters)); }
  void add(Offset at, std::int16_t kraft_version) { versions_.insert_or_assign(at, kraft_version); }

  // The log now ends at `end` (exclusive).
  void truncate_to(Offset end);
  // Nothing below `start` will be asked for any more, except what counts there.
  void forget_before(Offset start);
  // A snapshot replaces everything.
  void clear();

  const VoterSet& voters() const;
  // Where the newest set stands; none while only the configuration names voters.
  std::optional<Offset> voters_offset() const;
  std::int16_t kraft_version() const;

  // What a snapshot that ends at `end` (exclusive) must hold.  None: no record says.
  std::optional<VoterSet> voters_before(Offset end) const;
  std::int16_t kraft_version_before(Offset end) const;

 private:
  VoterSet static_voters_;
  std::map<Offset, VoterSet> voters_;
  std::map<Offset, std::int16_t> versions_;
};

}  // namespace muir::storage
