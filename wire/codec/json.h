#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/value.hpp>

#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/codec/message.h"
#include "wire/codec/table.h"

// Kafka's JSON form of messages, as its generated JSON converters make and read it; kafka-dump-log, the request log and
// the console consumer's formatters print it.  Only the fields of the version, by their names in camelCase; uuids as
// text; bytes in base64; tagged fields only where they differ from their default.
namespace muir::wire {

// What becomes of record batches, which have no JSON.
enum class JsonRecords : std::uint8_t {
  content,  // `records`: base64, the form that from_json() reads.
  none,     // `records`: "", as Kafka's converters write when they are not told to write the size.
  size,     // `recordsSizeInBytes`, as the request log has it (KIP-673).  from_json() cannot read it.
};

// Fails with Errc::unsupported_version, or Errc::unsupported_field as encode() does.
Result<boost::json::value> to_json(const MessageTable& table, std::int16_t version, const void* message,
                                   JsonRecords records = JsonRecords::content);

template <Message M>
Result<boost::json::value> to_json(std::int16_t version, const M& message, JsonRecords records = JsonRecords::content) {
  return to_json(M::table(), version, &message, records);
}

// Owns the strings and bytes that a message read from JSON views.  Outlives the message.
class JsonStorage {
 public:
  std::string_view keep(std::string_view text) { return texts_.emplace_back(text); }
  ByteView keep(OwnedBytes bytes) { return bytes_.emplace_back(std::move(bytes)); }

 private:
  std::deque<std::string> texts_;  // Stay where they are when others are added.
  std::deque<OwnedBytes> bytes_;
};

// Reads into `out`, an object of `table`'s type.  A field that the version has and does not tag must be there; fields
// that no version has are ignored, as Kafka ignores them.  Fails with Errc::json_mismatch or Errc::unsupported_version.
Result<void> from_json(const MessageTable& table, std::int16_t version, const boost::json::value& json,
                       JsonStorage& storage, void* out);

template <Message M>
Result<void> from_json(std::int16_t version, const boost::json::value& json, JsonStorage& storage, M& out) {
  return from_json(M::table(), version, json, storage, &out);
}

}  // namespace muir::wire
