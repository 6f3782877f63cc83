#pragma once

#include <cstdint>

#include "wire/base/result.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/message.h"
#include "wire/codec/reader.h"
#include "wire/codec/table.h"
#include "wire/codec/writer.h"

// How messages lie in the records of Kafka's own topics: a few bytes that say what they are, then the body.
// docs/formats/typed-records.md.
namespace muir::wire {

// The head of a metadata record, in __cluster_metadata and in its snapshots (KIP-631).
struct MetadataRecordHead {
  std::uint32_t type;  // M::kApiKey of the record's message.
  std::int16_t version;
};

// Reads the head and leaves the reader at the body, which decode() reads; a reader must refuse bytes left after it.
// Fails with Errc::unknown_frame_version, Errc::unsupported_version for a version beyond int16, or as Reader.
Result<MetadataRecordHead> decode_metadata_record_head(Reader& reader);

// Fails as encode().
Result<void> encode_metadata_record(const MessageTable& table, Writer& writer, std::int16_t version,
                                    const void* record);

template <Message M>
Result<void> encode_metadata_record(Writer& writer, std::int16_t version, const M& record) {
  return encode_metadata_record(M::table(), writer, version, &record);
}

// Keys in __consumer_offsets, __transaction_state and __share_group_state: int16 record type, body in version 0.
template <Message M>
Result<void> encode_coordinator_key(Writer& writer, const M& key) {
  writer.write_int16(M::kApiKey);
  return encode(writer, 0, key);
}

// Their values, and whatever else is an int16 version and a body in it: the metadata and assignments of the classic
// consumer protocol, the principal in an Envelope, the keys of control records.
template <Message M>
Result<void> encode_versioned(Writer& writer, std::int16_t version, const M& message) {
  writer.write_int16(version);
  return encode(writer, version, message);
}

// Fails as decode(); returns the version.  A coordinator's value that is null is a tombstone: it has no bytes to read.
template <Message M>
Result<std::int16_t> decode_versioned(Reader& reader, M& out) {
  const std::int16_t version = reader.read_int16();
  if (!reader.ok()) return reader.error();
  const auto decoded = decode(reader, version, out);
  if (!decoded) return decoded.error();
  return version;
}

}  // namespace muir::wire
