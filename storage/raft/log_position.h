#pragma once

#include <compare>

#include "wire/base/ids.h"

namespace muir::storage {

// A place in the metadata log that no other record can ever have: `offset` is exclusive (the end of what came before),
// `epoch` is that of the last record before it.  Names snapshots, and says how far a log reaches.  Ordered as an
// election compares logs: by epoch, then by offset (KIP-595).
struct OffsetAndEpoch {
  Offset offset;
  Epoch epoch;

  constexpr bool operator==(const OffsetAndEpoch&) const = default;
  constexpr std::strong_ordering operator<=>(const OffsetAndEpoch& that) const {
    if (const auto by_epoch = epoch <=> that.epoch; by_epoch != 0) return by_epoch;
    return offset <=> that.offset;
  }
};

// The snapshot that `format` writes: what a dynamic quorum knows before its first record (KIP-853).
inline constexpr OffsetAndEpoch kBootstrapSnapshotId{Offset{0}, Epoch{0}};

}  // namespace muir::storage
