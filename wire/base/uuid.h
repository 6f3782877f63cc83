#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "wire/base/result.h"

namespace muir {

// 128 bits that name a topic, a log directory, a cluster or an incarnation of a process.  Its text is Kafka's: URL-safe
// base64 of the 16 bytes without padding, 22 characters (KIP-516).
struct Uuid {
  std::array<std::byte, 16> bytes{};

  static Uuid from_halves(std::uint64_t most_significant, std::uint64_t least_significant);

  // Fails with std::errc::invalid_argument unless `text` is the text of 16 bytes.
  static Result<Uuid> parse(std::string_view text);

  // From the kernel's generator.  Never one of the first hundred ids, which Kafka reserves, nor one whose text begins
  // with a dash, which its tools could not take on a command line.
  static Uuid random();

  std::string to_string() const;
  bool is_zero() const { return *this == Uuid{}; }

  auto operator<=>(const Uuid&) const = default;
};

inline const Uuid kZeroUuid{};
inline const Uuid kMetadataTopicId = Uuid::from_halves(0, 1);  // __cluster_metadata.

// Directory ids with a meaning of their own (KIP-858).
inline const Uuid kMigratingDirectory = Uuid::from_halves(0, 0);
inline const Uuid kUnassignedDirectory = Uuid::from_halves(0, 1);
inline const Uuid kLostDirectory = Uuid::from_halves(0, 2);

}  // namespace muir

template <>
struct std::hash<muir::Uuid> {
  std::size_t operator()(const muir::Uuid& id) const noexcept;
};
