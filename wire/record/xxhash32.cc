#include "wire/record/xxhash32.h"

#include <bit>

namespace muir::wire {
namespace {

constexpr std::uint32_t kPrime1 = 2654435761u, kPrime2 = 2246822519u, kPrime3 = 3266489917u, kPrime4 = 668265263u,
                        kPrime5 = 374761393u;

std::uint32_t word_at(const std::byte* at) {
  std::uint32_t word = 0;
  for (int i = 3; i >= 0; --i) word = word << 8 | std::to_integer<std::uint32_t>(at[i]);
  return word;
}

std::uint32_t mix(std::uint32_t lane, std::uint32_t word) { return std::rotl(lane + word * kPrime2, 13) * kPrime1; }

}  // namespace

std::uint32_t xxhash32(ByteView bytes) {
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint32_t hash = kPrime5;
  if (left >= 16) {
    std::uint32_t a = kPrime1 + kPrime2, b = kPrime2, c = 0, d = 0u - kPrime1;
    for (; left >= 16; left -= 16, at += 16) {
      a = mix(a, word_at(at));
      b = mix(b, word_at(at + 4));
      c = mix(c, word_at(at + 8));
      d = mix(d, word_at(at + 12));
    }
    hash = std::rotl(a, 1) + std::rotl(b, 7) + std::rotl(c, 12) + std::rotl(d, 18);
  }
  hash += static_cast<std::uint32_t>(bytes.size());
  for (; left >= 4; left -= 4, at += 4) hash = std::rotl(hash + word_at(at) * kPrime3, 17) * kPrime4;
  for (; left > 0; --left, ++at) hash = std::rotl(hash + std::to_integer<std::uint32_t>(*at) * kPrime5, 11) * kPrime1;
  hash = (hash ^ (hash >> 15)) * kPrime2;
  hash = (hash ^ (hash >> 13)) * kPrime3;
  return hash ^ (hash >> 16);
}

}  // namespace muir::wire
