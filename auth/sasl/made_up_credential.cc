#include "auth/sasl/made_up_credential.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace muir::auth {
namespace {

// Kafka's tools write a random number of 130 bits in base 36.
constexpr std::size_t kNumberBytes = 17;
constexpr std::byte kTopBits{0x03};
constexpr unsigned kBase = 36;
constexpr std::size_t kTextMin = 20, kTextMax = 26;

bool is_digit_of_base_36(std::byte byte) {
  const char c = static_cast<char>(byte);
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

// Divides the big-endian `number` by the base; the remainder.
unsigned take_digit(OwnedBytes& number) {
  unsigned rest = 0;
  for (std::byte& byte : number) {
    const unsigned here = rest * 256 + std::to_integer<unsigned>(byte);
    byte = static_cast<std::byte>(here / kBase);
    rest = here % kBase;
  }
  return rest;
}

OwnedBytes as_kafkas_salt(OwnedBytes number) {
  number.resize(kNumberBytes);
  number.front() &= kTopBits;
  OwnedBytes digits;
  while (std::ranges::any_of(number, [](std::byte byte) { return byte != std::byte{0}; })) {
    const unsigned digit = take_digit(number);
    digits.push_back(static_cast<std::byte>(digit < 10 ? '0' + digit : 'a' + (digit - 10)));
  }
  std::ranges::reverse(digits);
  return digits;
}

// A good mixer of 64 bits (splitmix64).
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

OwnedBytes derived(std::string_view purpose, ScramMechanism mechanism, ByteView secret, std::string_view user) {
  return hmac(digest_of(mechanism), secret, as_bytes(std::string(purpose).append(to_text(mechanism)).append(user)));
}

// As much as is asked for, of a salt longer than a hash too.
OwnedBytes stretched(OwnedBytes seed, Digest digest, std::size_t size) {
  OwnedBytes out = seed;
  while (out.size() < size) {
    seed = hash(digest, seed);
    out.insert(out.end(), seed.begin(), seed.end());
  }
  out.resize(size);
  return out;
}

}  // namespace

ScramShape shape_of(ByteView salt, std::int32_t iterations) {
  const bool is_text =
      salt.size() >= kTextMin && salt.size() <= kTextMax && std::ranges::all_of(salt, is_digit_of_base_36);
  return {iterations, is_text ? ScramShape::kKafkasSalt : salt.size()};
}

std::uint64_t chance_of(ScramMechanism mechanism, ByteView secret, std::string_view user) {
  return load_big_endian<std::uint64_t>(derived("shape", mechanism, secret, user).data());
}

double wants(const ScramShape& shape, std::size_t users, std::uint64_t chance) {
  const std::uint64_t which = (static_cast<std::uint64_t>(shape.iterations) << 32) ^ shape.salt_bytes;
  const std::uint64_t lot = mixed(chance ^ mixed(which));
  // Within (0, 1), so that the logarithm is a number below zero.
  const double drawn = (static_cast<double>(lot >> 11) + 0.5) / static_cast<double>(std::uint64_t{1} << 53);
  return -static_cast<double>(users) / std::log(drawn);
}

ScramCredential made_up_credential(ScramMechanism mechanism, ByteView secret, std::string_view user,
                                   const ScramShape& shape) {
  OwnedBytes salt = derived("salt", mechanism, secret, user);
  if (shape.salt_bytes == ScramShape::kKafkasSalt)
    salt = as_kafkas_salt(std::move(salt));
  else
    salt = stretched(std::move(salt), digest_of(mechanism), shape.salt_bytes);
  return {std::move(salt), derived("stored key", mechanism, secret, user),
          derived("server key", mechanism, secret, user), shape.iterations};
}

}  // namespace muir::auth
