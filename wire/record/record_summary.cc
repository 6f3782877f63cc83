#include "wire/record/record_summary.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "wire/record/varint.h"

namespace muir::wire {
namespace {

// Where a walk stands; `is_sound` stays false once something was not as it should be, so that a record is checked once,
// at its end.
struct Walk {
  const std::byte* at;
  const std::byte* end;
  bool is_sound = true;

  std::size_t left() const { return static_cast<std::size_t>(end - at); }
};

template <class Bits>
inline std::make_signed_t<Bits> unzigzag(Bits bits) {
  return static_cast<std::make_signed_t<Bits>>((bits >> 1) ^ (~(bits & 1) + 1));
}

template <class Int>
Int take_long_varint(Walk& walk) {
  ByteView bytes(walk.at, walk.end);
  Int value = 0;
  if (!detail::read_varint(bytes, value)) walk.is_sound = false;
  walk.at = bytes.data();
  return value;
}

template <class Int>
inline Int take_varint(Walk& walk) {
  using Bits = std::make_unsigned_t<Int>;
  if (walk.at == walk.end) return take_long_varint<Int>(walk);
  const auto first = std::to_integer<Bits>(walk.at[0]);
  if (first < 0x80) [[likely]] {
    walk.at += 1;
    return unzigzag(first);
  }
  if (walk.left() >= 2 && std::to_integer<Bits>(walk.at[1]) < 0x80) {
    const auto second = std::to_integer<Bits>(walk.at[1]);
    walk.at += 2;
    return unzigzag(static_cast<Bits>((first & 0x7f) | second << 7));
  }
  return take_long_varint<Int>(walk);
}

// A size and so many bytes; whether they are not null.
inline bool skip_sized(Walk& walk) {
  const auto size = take_varint<std::int32_t>(walk);
  if (size < 0) return false;
  if (static_cast<std::size_t>(size) > walk.left()) [[unlikely]] {
    walk.is_sound = false;
    return true;
  }
  walk.at += size;
  return true;
}

void skip_headers(Walk& walk, std::int32_t count) {
  if (count < 0) walk.is_sound = false;
  for (; count > 0 && walk.is_sound; --count) {
    if (!skip_sized(walk)) walk.is_sound = false;  // A header has a key.
    skip_sized(walk);
  }
}

}  // namespace

std::optional<RecordSummaries> summarize_records(const BatchView& batch) {
  RecordSummaries found;
  found.count = batch.record_count();
  const std::int64_t base_timestamp = batch.base_timestamp();
  if (found.count <= 0 || base_timestamp < 0 || batch.timestamp_type() != TimestampType::create_time)
    return std::nullopt;

  std::int64_t delta_min = std::numeric_limits<std::int64_t>::max(), delta_max = -delta_min;
  const ByteView section = batch.records();
  Walk walk{section.data(), section.data() + section.size()};
  const std::byte* const section_end = walk.end;
  for (std::int32_t index = 0; index < found.count; ++index) {
    walk.end = section_end;
    const auto size = take_varint<std::int32_t>(walk);
    if (size <= 0 || static_cast<std::size_t>(size) > walk.left()) return std::nullopt;
    walk.end = walk.at + size;
    ++walk.at;  // Attributes: none are defined.
    const auto timestamp_delta = take_varint<std::int64_t>(walk);
    delta_min = std::min(delta_min, timestamp_delta);
    delta_max = std::max(delta_max, timestamp_delta);
    const auto offset_delta = take_varint<std::int32_t>(walk);
    found.all_have_keys &= skip_sized(walk);
    skip_sized(walk);
    if (const auto headers = take_varint<std::int32_t>(walk); headers != 0) skip_headers(walk, headers);
    if (!walk.is_sound || walk.at != walk.end || offset_delta != index) return std::nullopt;
  }
  if (walk.at != section_end) return std::nullopt;
  const bool fits = !__builtin_add_overflow(base_timestamp, delta_min, &found.min_timestamp) &&
                    !__builtin_add_overflow(base_timestamp, delta_max, &found.max_timestamp);
  return fits ? std::optional(found) : std::nullopt;
}

}  // namespace muir::wire
