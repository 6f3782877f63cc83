#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "wire/base/bytes.h"
#include "wire/base/ids.h"

namespace muir::storage {

// The 128 bits by which the cleaner knows a key.
struct KeyHash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  bool operator==(const KeyHash&) const = default;
};

// SipHash-1-3 with 128 bits of result, under a secret: nobody who chooses keys can make two of them meet, which would
// lose the record of one.  Kafka's MD5 gives that up for being the same everywhere; here it need not be.
using HashSecret = std::array<std::uint64_t, 2>;
KeyHash hash_key(ByteView key, const HashSecret& secret);

// Where each key of the dirty part of a log stands last: Kafka's OffsetMap.  It keeps hashes and no keys, 24 bytes an
// entry, so that log.cleaner.dedupe.buffer.size says how many keys one round can take in: what does not fit is cleaned
// in the next round.  Open addressing, linear probing, no removal.
// Owner: one round of cleaning.
class CleanerOffsetMap {
 public:
  // Up to log.cleaner.io.buffer.load.factor of the slots that fit into `memory_bytes`; of those no more are allocated
  // than `keys_max` keys need, which is a bound that the caller knows.
  CleanerOffsetMap(std::uint64_t memory_bytes, double load_factor, std::uint64_t keys_max);

  KeyHash hash(ByteView key) const { return hash_key(key, secret_); }
  void prefetch(const KeyHash& hash) const { __builtin_prefetch(&slots_[slot_of(hash)]); }

  // `offset` is larger than that of any entry with the same key.  False when the map is full.
  bool put(const KeyHash& hash, Offset offset);
  // kNoOffset for a key that is not there.
  Offset get(const KeyHash& hash) const;

  // Everything below and at this offset was taken in; kNoOffset in the beginning.
  Offset latest_offset() const { return latest_offset_; }
  void update_latest_offset(Offset offset) { latest_offset_ = offset; }

  std::uint64_t size() const { return size_; }
  std::uint64_t entries_max() const { return entries_max_; }
  double utilization() const { return slot_count_ == 0 ? 0 : double(size_) / double(slot_count_); }

 private:
  struct Slot {
    KeyHash hash;
    std::int64_t offset_and_one;  // 0: free.
  };
  struct Free {
    void operator()(Slot* slots) const;
  };

  std::uint64_t slot_of(const KeyHash& hash) const {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(hash.high) * slot_count_) >> 64);
  }
  std::uint64_t find(const KeyHash& hash) const;  // Its slot, or the free one where it would be.

  std::uint64_t slot_count_;
  std::uint64_t entries_max_;
  std::unique_ptr<Slot[], Free> slots_;
  std::uint64_t size_ = 0;
  Offset latest_offset_ = kNoOffset;
  HashSecret secret_;
};

}  // namespace muir::storage
