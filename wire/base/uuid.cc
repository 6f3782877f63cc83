#include "wire/base/uuid.h"

#include <algorithm>
#include <cstring>

#include <sys/random.h>

#include "wire/base/bytes.h"
#include "wire/base/check.h"

namespace muir {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kTextLength = 22;
constexpr std::uint64_t kReservedIds = 100;

bool is_reserved(const Uuid& id) {
  return load_big_endian<std::uint64_t>(id.bytes.data()) == 0 &&
         load_big_endian<std::uint64_t>(id.bytes.data() + 8) < kReservedIds;
}

}  // namespace

Uuid Uuid::from_halves(std::uint64_t most_significant, std::uint64_t least_significant) {
  Uuid id;
  store_big_endian(id.bytes.data(), most_significant);
  store_big_endian(id.bytes.data() + 8, least_significant);
  return id;
}

Result<Uuid> Uuid::parse(std::string_view text) {
  const Error malformed = make_error_code(boost::system::errc::invalid_argument);
  // Kafka's decoder takes padding as well, and its tools print none.
  while (text.size() > kTextLength && text.back() == '=') text.remove_suffix(1);
  if (text.size() != kTextLength) return malformed;

  Uuid id;
  std::uint32_t bits = 0;
  int bit_count = 0;
  std::size_t filled = 0;
  for (const char c : text) {
    const auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return malformed;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    if (filled < id.bytes.size()) id.bytes[filled++] = static_cast<std::byte>(bits >> bit_count);
  }
  return id;
}

Uuid Uuid::random() {
  Uuid id;
  do {
    CHECK(::getrandom(id.bytes.data(), id.bytes.size(), 0) == static_cast<ssize_t>(id.bytes.size()));
    // Version 4, variant 2 of RFC 4122, as Java's randomUUID.
    id.bytes[6] = (id.bytes[6] & std::byte{0x0f}) | std::byte{0x40};
    id.bytes[8] = (id.bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  } while (is_reserved(id) || id.to_string().starts_with('-'));
  return id;
}

std::string Uuid::to_string() const {
  std::string text;
  text.reserve(kTextLength);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const std::byte byte : bytes) {
    bits = bits << 8 | std::to_integer<std::uint32_t>(byte);
    bit_count += 8;
    while (bit_count >= 6) {
      bit_count -= 6;
      text.push_back(kAlphabet[bits >> bit_count & 63]);
    }
  }
  text.push_back(kAlphabet[bits << (6 - bit_count) & 63]);
  return text;
}

}  // namespace muir

std::size_t std::hash<muir::Uuid>::operator()(const muir::Uuid& id) const noexcept {
  std::uint64_t halves[2];
  std::memcpy(halves, id.bytes.data(), sizeof halves);
  return halves[0] ^ halves[1] * 0x9e3779b97f4a7c15u;
}
