#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "wire/base/result.h"
#include "wire/codec/table.h"
#include "wire/schema/api_key.h"

namespace muir::wire {

// Every message there is a schema of, in the order of the names of their files.
std::span<const MessageTable* const> all_messages();

// By Kafka's name, `FetchRequest`.  nullptr if there is none.
const MessageTable* find_message(std::string_view name);

// By API key.  nullptr for a key that Kafka 4.3 does not have.
const MessageTable* find_request(ApiKey key);
const MessageTable* find_response(ApiKey key);

// A record of __cluster_metadata by its type.  nullptr for a type that Kafka 4.3 does not have.
const MessageTable* find_metadata_record(std::uint32_t type);

// `FETCH`; empty for a key that is none.
std::string_view name(ApiKey key);

// The version of the header before the body of `version`.  2 (1 for responses) where the body is flexible, otherwise 1
// (0). The answer to ApiVersions always has header 0, so that a client can read it before it knows what the broker
// speaks (KIP-511).  Fails with Errc::unknown_message.
Result<std::int16_t> request_header_version(ApiKey key, std::int16_t version);
Result<std::int16_t> response_header_version(ApiKey key, std::int16_t version);

}  // namespace muir::wire
