#pragma once

#include <cstdint>

#include "server/metadata/errc.h"
#include "server/metadata/record_frame.h"
#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/message.h"
#include "wire/codec/reader.h"
#include "wire/codec/writer.h"

namespace muir::server {

// The record behind `head`, whose type must be Record's; it views the frame.  Fails with
// MetadataErrc::malformed_record, also for bytes that are left over.
template <wire::Message Record>
Result<Record> decode_record(const RecordHead& head) {
  wire::Reader reader(head.body);
  Record record;
  const auto decoded = wire::decode(Record::table(), reader, head.version, &record);
  if (!decoded || reader.remaining() != 0) return make_error_code(MetadataErrc::malformed_record);
  return record;
}

// The whole frame of a record.  Fails with a wire::Errc if a value does not fit its field: a string of more than 32767
// bytes, or a value that `version` cannot carry.
template <wire::Message Record>
Result<OwnedBytes> encode_record(const Record& record, std::int16_t version) {
  wire::Writer writer;
  writer.write_uvarint(1);
  writer.write_uvarint(static_cast<std::uint32_t>(Record::table().api_key));
  writer.write_uvarint(static_cast<std::uint32_t>(version));
  const auto encoded = wire::encode(Record::table(), writer, version, &record);
  if (!encoded) return encoded.error();
  const auto bytes = writer.bytes();
  return OwnedBytes(bytes.begin(), bytes.end());
}

}  // namespace muir::server
