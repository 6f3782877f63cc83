#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/base/uuid.h"

namespace muir::server {

// String.hashCode(): over the UTF-16 units of `text`, which is UTF-8.  Decides in which partition of an internal topic
// a group lives, so it must be Java's to the bit.
std::int32_t java_hash(std::string_view text);

// String.length(): what offset.metadata.max.bytes really counts.
std::size_t java_length(std::string_view text);

// Of `count` partitions the one that holds `name`; in [0, count).
std::int32_t coordinator_partition(std::string_view name, std::int32_t count);

// UUID.toString(): `123e4567-e89b-12d3-a456-426614174000`, in which member ids end.
std::string java_text(const Uuid& id);

}  // namespace muir::server
