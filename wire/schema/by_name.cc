#include "wire/schema/by_name.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "wire/codec/any_message.h"
#include "wire/codec/errc.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/reader.h"
#include "wire/codec/writer.h"
#include "wire/schema/registry.h"

namespace muir::wire {
namespace {

// The whole of `bytes`, which it views.
Result<AnyMessage> decode_all(std::string_view name, std::int16_t version, ByteView bytes) {
  const MessageTable* table = find_message(name);
  if (table == nullptr) return make_error_code(Errc::unknown_message);
  AnyMessage message(*table);
  Reader reader(bytes);
  const auto decoded = decode(*table, reader, version, message.get());
  if (!decoded) return decoded.error();
  if (reader.remaining() != 0) return make_error_code(Errc::trailing_bytes);
  return message;
}

Result<OwnedBytes> encode_all(const AnyMessage& message, std::int16_t version) {
  Writer writer;
  const auto encoded = encode(message.table(), writer, version, message.get());
  if (!encoded) return encoded.error();
  return writer.take();
}

}  // namespace

Result<OwnedBytes> reencode(std::string_view name, std::int16_t version, ByteView bytes) {
  const auto message = decode_all(name, version, bytes);
  if (!message) return message.error();
  return encode_all(*message, version);
}

Result<std::string> bytes_to_json(std::string_view name, std::int16_t version, ByteView bytes, JsonRecords records) {
  const auto message = decode_all(name, version, bytes);
  if (!message) return message.error();
  const auto json = to_json(message->table(), version, message->get(), records);
  if (!json) return json.error();
  return boost::json::serialize(*json);
}

Result<OwnedBytes> json_to_bytes(std::string_view name, std::int16_t version, std::string_view json) {
  const MessageTable* table = find_message(name);
  if (table == nullptr) return make_error_code(Errc::unknown_message);
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse({json.data(), json.size()}, error);
  if (error) return make_error_code(Errc::json_mismatch);

  AnyMessage message(*table);
  JsonStorage storage;
  const auto read = from_json(*table, version, value, storage, message.get());
  if (!read) return read.error();
  return encode_all(message, version);
}

}  // namespace muir::wire
