#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/base/bytes.h"

namespace muir::wire {

// The record batches of a partition in a Produce or Fetch message: null, bytes in memory, or bytes that stay where they
// are.  Decoding yields the first two.  A broker answering a Fetch uses the third: the Writer writes their size and
// notes the place (Writer::externals()), and whoever sends the frame splices in the file slice that `token` stands for.
struct Records {
  ByteView bytes;            // Views memory that its owner keeps alive.
  bool is_null = true;       // Null on the wire.  A Fetch answer carries empty records, never null.
  bool is_external = false;  // `size` and `token` count, `bytes` does not.
  std::size_t size = 0;      // Of external records.
  std::uint32_t token = 0;   // Of external records; its meaning is the caller's.

  static Records of(ByteView bytes) { return {bytes, false}; }
  static Records external(std::size_t size, std::uint32_t token) { return {{}, false, true, size, token}; }

  std::size_t size_in_bytes() const { return is_external ? size : bytes.size(); }

  bool operator==(const Records& other) const;
};

}  // namespace muir::wire
