#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace muir {

// An identifier that can never be passed as another: `Offset{7}` is not an Epoch.  `value` is what the wire carries.
template <class Tag, class Int>
struct StrongId {
  Int value{};

  constexpr StrongId() = default;
  constexpr explicit StrongId(Int v) : value(v) {}
  constexpr auto operator<=>(const StrongId&) const = default;
};

using Epoch = StrongId<struct EpochTag, std::int32_t>;    // Leader epoch of a partition or of the quorum; -1 unknown.
using NodeId = StrongId<struct NodeIdTag, std::int32_t>;  // broker or controller, `node.id`; -1 none.
using PartitionId = StrongId<struct PartitionIdTag, std::int32_t>;  // Index of a partition in its topic, from 0.
using ProducerId = StrongId<struct ProducerIdTag, std::int64_t>;    // -1: not an idempotent producer (KIP-98).

// Place of a record in a partition.  Ranges of offsets are half-open: [base_offset, end_offset).
struct Offset : StrongId<struct OffsetTag, std::int64_t> {
  using StrongId::StrongId;
  constexpr Offset operator+(std::int64_t records) const { return Offset{value + records}; }
  constexpr std::int64_t operator-(Offset other) const { return value - other.value; }
  constexpr Offset& operator++() { return ++value, *this; }
};

inline constexpr Offset kNoOffset{-1};
inline constexpr Epoch kNoEpoch{-1};
inline constexpr NodeId kNoNode{-1};
inline constexpr ProducerId kNoProducerId{-1};

}  // namespace muir

template <class Tag, class Int>
struct std::hash<muir::StrongId<Tag, Int>> {
  std::size_t operator()(muir::StrongId<Tag, Int> id) const noexcept { return std::hash<Int>{}(id.value); }
};
template <>
struct std::hash<muir::Offset> {
  std::size_t operator()(muir::Offset id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
