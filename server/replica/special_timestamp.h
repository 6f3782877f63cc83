#pragma once

#include <cstdint>

#include "wire/base/ids.h"

namespace muir::server {

// Timestamps of ListOffsets that mean a place instead of a time.
inline constexpr std::int64_t kLatestTimestamp = -1;                 // The last offset that the reader may see.
inline constexpr std::int64_t kEarliestTimestamp = -2;               // The log start.
inline constexpr std::int64_t kMaxTimestamp = -3;                    // The record with the largest time (KIP-734).
inline constexpr std::int64_t kEarliestLocalTimestamp = -4;          // The first that is not only tiered (KIP-405).
inline constexpr std::int64_t kLatestTieredTimestamp = -5;           // The last that is tiered (KIP-1005).
inline constexpr std::int64_t kEarliestPendingUploadTimestamp = -6;  // The first that is not tiered yet (KIP-1023).

// DeleteRecords up to the high watermark, whatever it is.
inline constexpr Offset kHighWatermark{-1};

}  // namespace muir::server
