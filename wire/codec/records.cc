#include "wire/codec/records.h"

#include <algorithm>

namespace muir::wire {

bool Records::operator==(const Records& other) const {
  if (is_null != other.is_null || is_external != other.is_external) return false;
  if (is_external) return size == other.size && token == other.token;
  return std::ranges::equal(bytes, other.bytes);
}

}  // namespace muir::wire
