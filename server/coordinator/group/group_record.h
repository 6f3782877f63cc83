#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "server/coordinator/state_machine/effects.h"
#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/message.h"
#include "wire/codec/writer.h"
#include "wire/schema/group_metadata_value.h"
#include "wire/schema/offset_commit_value.h"

namespace muir::server {

// The records of __consumer_offsets that the classic protocol writes (docs/formats/consumer-offsets.md).  A key is its
// int16 type and its fields; a value the int16 version and its fields; null is a tombstone.

struct GroupMetadataRecord {
  std::string_view group;
  std::optional<wire::GroupMetadataValue> value;
};

struct OffsetCommitRecord {
  std::string_view group;
  std::string_view topic;
  std::int32_t partition = 0;
  std::optional<wire::OffsetCommitValue> value;
};

// Of a group protocol that this version does not speak: consumer, share and streams groups.
struct OtherGroupRecord {
  std::int16_t type = 0;
};

using GroupRecord = std::variant<GroupMetadataRecord, OffsetCommitRecord, OtherGroupRecord>;

// Views `key` and `value`.  Fails with a wire::Errc when either is not what its type and version say.
Result<GroupRecord> parse_group_record(ByteView key, std::optional<ByteView> value);

CoordinatorRecord group_metadata_record(std::string_view group, const wire::GroupMetadataValue& value);
CoordinatorRecord group_metadata_tombstone(std::string_view group);
CoordinatorRecord offset_commit_record(std::string_view group, std::string_view topic, std::int32_t partition,
                                       const wire::OffsetCommitValue& value);
CoordinatorRecord offset_commit_tombstone(std::string_view group, std::string_view topic, std::int32_t partition);

}  // namespace muir::server
