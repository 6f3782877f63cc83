#pragma once

#include <cstdint>
#include <string_view>

#include "server/client/client_error.h"
#include "wire/base/bytes.h"
#include "wire/codec/writer.h"
#include "wire/schema/api_key.h"

namespace muir::server {

inline constexpr std::string_view kClientId = "muir";
inline constexpr std::size_t kAnswerBytesMax = std::size_t{128} * 1024 * 1024;  // Of an answer.
inline constexpr std::size_t kCorrelationIdAt = 8;                              // Size, API key, version.

// The size, still unknown, and the header of a request; its body follows.
ClientResult<> begin_request_frame(wire::Writer& writer, wire::ApiKey key, std::int16_t version,
                                   std::int32_t correlation_id);

// Fills in the size of what begin_request_frame() began.
void finish_request_frame(wire::Writer& writer);

// The body of an answer, without its size.  Fails unless it answers the request of that id.
ClientResult<ByteView> read_response_header(ByteView frame, wire::ApiKey key, std::int16_t version,
                                            std::int32_t correlation_id);

}  // namespace muir::server
