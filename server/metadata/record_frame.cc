#include "server/metadata/record_frame.h"

#include <optional>

#include "server/metadata/errc.h"

namespace muir::server {
namespace {

constexpr std::uint32_t kFrameVersion = 1;
constexpr std::uint32_t kVarintMax = 0x7fff;  // Types and versions are int16.

// An unsigned varint no larger than an int16, taken off the front of `bytes`.
std::optional<std::uint32_t> take_varint(ByteView& bytes) {
  std::uint32_t value = 0;
  for (int shift = 0; shift <= 14; shift += 7) {
    if (bytes.empty()) return std::nullopt;
    const auto byte = std::to_integer<std::uint32_t>(bytes.front());
    bytes = bytes.subspan(1);
    value |= (byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value <= kVarintMax ? std::optional(value) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::int16_t record_version_max(MetadataRecordType type) {
  switch (type) {
    case MetadataRecordType::REGISTER_BROKER_RECORD:
      return 4;
    case MetadataRecordType::BROKER_REGISTRATION_CHANGE_RECORD:
      return 3;
    case MetadataRecordType::PARTITION_RECORD:
    case MetadataRecordType::PARTITION_CHANGE_RECORD:
      return 2;
    default:
      return 0;
  }
}

Result<RecordHead> read_record_head(ByteView frame) {
  const auto frame_version = take_varint(frame);
  if (!frame_version) return make_error_code(MetadataErrc::malformed_record);
  if (*frame_version != kFrameVersion) return make_error_code(MetadataErrc::unknown_frame);
  const auto type = take_varint(frame);
  const auto version = take_varint(frame);
  if (!type || !version) return make_error_code(MetadataErrc::malformed_record);
  if (*type > 28 || *type == 6 || *type == 13 || *type == 16) return make_error_code(MetadataErrc::unknown_record);
  const auto known = static_cast<MetadataRecordType>(*type);
  if (*version > static_cast<std::uint32_t>(record_version_max(known)))
    return make_error_code(MetadataErrc::unsupported_version);
  return RecordHead{known, static_cast<std::int16_t>(*version), frame};
}

}  // namespace muir::server
