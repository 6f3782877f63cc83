#include "storage/log/cleaner_offset_map.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <random>

#include "wire/base/check.h"

namespace muir::storage {
namespace {

// SipHash's state (Aumasson, Bernstein: "SipHash: a fast short-input PRF").
struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
  }
  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    v0 ^= word;
  }
  std::uint64_t squeeze() {
    for (int i = 0; i < 3; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

std::uint64_t load_little_endian(const std::byte* at, std::size_t size = 8) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, size);
  return word;
}

HashSecret random_secret() {
  std::random_device random;
  const auto word = [&] { return (std::uint64_t{random()} << 32) | random(); };
  return {word(), word()};
}

}  // namespace

KeyHash hash_key(ByteView key, const HashSecret& secret) {
  SipState state{0x736f6d6570736575u ^ secret[0], 0x646f72616e646f6du ^ secret[1] ^ 0xee,
                 0x6c7967656e657261u ^ secret[0], 0x7465646279746573u ^ secret[1]};
  const std::size_t whole = key.size() & ~std::size_t{7};
  for (std::size_t at = 0; at < whole; at += 8) state.absorb(load_little_endian(key.data() + at));
  std::uint64_t last = std::uint64_t{key.size()} << 56;
  if (key.size() > whole) last |= load_little_endian(key.data() + whole, key.size() - whole);
  state.absorb(last);
  state.v2 ^= 0xee;
  KeyHash hash;
  hash.high = state.squeeze();
  state.v1 ^= 0xdd;
  hash.low = state.squeeze();
  return hash;
}

void CleanerOffsetMap::Free::operator()(Slot* slots) const { std::free(slots); }

CleanerOffsetMap::CleanerOffsetMap(std::uint64_t memory_bytes, double load_factor, std::uint64_t keys_max)
    : secret_(random_secret()) {
  load_factor = std::clamp(load_factor, 0.01, 0.99);  // Linear probing needs a free slot.
  const std::uint64_t slots_max = std::max<std::uint64_t>(memory_bytes / sizeof(Slot), 2);
  // Twice as many slots as keys, where there is room: probes stay short.
  slot_count_ = std::clamp<std::uint64_t>(std::min(keys_max, slots_max) * 2 + 2, 2, slots_max);
  const auto by_load = static_cast<std::uint64_t>(static_cast<double>(slots_max) * load_factor);
  entries_max_ = std::clamp<std::uint64_t>(by_load, 1, slot_count_ - 1);
  // Pages of zeros that nobody touches cost nothing.
  slots_.reset(static_cast<Slot*>(std::calloc(slot_count_, sizeof(Slot))));
  CHECK(slots_ != nullptr);
}

std::uint64_t CleanerOffsetMap::find(const KeyHash& hash) const {
  std::uint64_t slot = slot_of(hash);
  while (slots_[slot].offset_and_one != 0 && slots_[slot].hash != hash)
    if (++slot == slot_count_) slot = 0;
  return slot;
}

bool CleanerOffsetMap::put(const KeyHash& hash, Offset offset) {
  if (size_ >= entries_max_) return false;
  Slot& slot = slots_[find(hash)];
  if (slot.offset_and_one == 0) ++size_;
  slot = {hash, offset.value + 1};
  return true;
}

Offset CleanerOffsetMap::get(const KeyHash& hash) const {
  const Slot& slot = slots_[find(hash)];
  return Offset{slot.offset_and_one - 1};
}

}  // namespace muir::storage
