#include "server/bench/payload.h"

#include <algorithm>
#include <random>

namespace muir::server {
namespace {

constexpr std::size_t kStretchBytes = 64;  // Random and constant bytes take turns within so many.

}  // namespace

OwnedBytes make_payload(std::size_t bytes, double compressible, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  OwnedBytes payload(bytes);
  const auto constant = static_cast<std::size_t>(kStretchBytes * compressible);
  for (std::size_t at = 0; at < bytes; at += kStretchBytes) {
    const std::size_t end = std::min(at + kStretchBytes, bytes);
    const std::size_t random_end = std::min(at + kStretchBytes - constant, end);
    for (std::size_t i = at; i < random_end; ++i) payload[i] = static_cast<std::byte>(random());
    std::fill(payload.begin() + static_cast<std::ptrdiff_t>(random_end),
              payload.begin() + static_cast<std::ptrdiff_t>(end), std::byte{'m'});
  }
  return payload;
}

}  // namespace muir::server
