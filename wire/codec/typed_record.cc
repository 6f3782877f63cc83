#include "wire/codec/typed_record.h"

#include <limits>

namespace muir::wire {
namespace {

constexpr std::uint32_t kFrameVersion = 1;

}  // namespace

Result<MetadataRecordHead> decode_metadata_record_head(Reader& reader) {
  if (reader.read_uvarint() != kFrameVersion && reader.ok()) return make_error_code(Errc::unknown_frame_version);
  const std::uint32_t type = reader.read_uvarint();
  const std::uint32_t version = reader.read_uvarint();
  if (!reader.ok()) return reader.error();
  if (version > static_cast<std::uint32_t>(std::numeric_limits<std::int16_t>::max()))
    return make_error_code(Errc::unsupported_version);
  return MetadataRecordHead{type, static_cast<std::int16_t>(version)};
}

Result<void> encode_metadata_record(const MessageTable& table, Writer& writer, std::int16_t version,
                                    const void* record) {
  writer.write_uvarint(kFrameVersion);
  writer.write_uvarint(static_cast<std::uint32_t>(table.api_key));
  writer.write_uvarint(static_cast<std::uint32_t>(version));
  return encode(table, writer, version, record);
}

}  // namespace muir::wire
