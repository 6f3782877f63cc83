#pragma once

// What every generated message header includes.
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/base/uuid.h"
#include "wire/codec/error_code.h"
#include "wire/codec/records.h"
#include "wire/codec/unknown_tags.h"
#include "wire/codec/version_range.h"

namespace muir::wire {

class Reader;
class Writer;
struct MessageTable;

// A generated message type: FetchRequest, RegisterBrokerRecord, OffsetCommitKey, RequestHeader.
template <class M>
concept Message = requires {
  { M::table() } -> std::same_as<const MessageTable&>;
  { M::kVersions } -> std::convertible_to<VersionRange>;
};

}  // namespace muir::wire
