#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/codec/json.h"

// Messages by the name of their schema, for tools and for tests against Kafka's own serializers.  All of them fail with
// Errc::unknown_message for a name that none has, Errc::trailing_bytes if the message does not fill its bytes, and as
// the codec and the JSON form fail.
namespace muir::wire {

// Decodes and encodes again: the same bytes, if the codec is right and they are Kafka's.
Result<OwnedBytes> reencode(std::string_view name, std::int16_t version, ByteView bytes);

// Kafka's JSON text of a message.
Result<std::string> bytes_to_json(std::string_view name, std::int16_t version, ByteView bytes,
                                  JsonRecords records = JsonRecords::content);

// The bytes of a message in Kafka's JSON.
Result<OwnedBytes> json_to_bytes(std::string_view name, std::int16_t version, std::string_view json);

}  // namespace muir::wire
