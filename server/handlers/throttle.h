#pragma once

#include <cstdint>

#include "server/handlers/request_context.h"
#include "wire/base/task.h"

namespace muir::server {

// What the quotas of a client say to one of its requests, when the answer is there and not yet encoded (ADR 091).
// Each counts what the request has used; where that is too much, nothing more is read from the connection for some
// time, and the answer, which leaves at once, says for how long.  Only where ctx.throttle is not null; on the
// connection's shard.

// Any request: processor time, and what the handler has noted in ctx.throttle_time_ms.  Returns throttle_time_ms.
Task<std::int32_t> throttle_request(RequestContext& ctx);

// A Produce: the bytes of the request, and processor time if it is answered at all.  Returns throttle_time_ms.
Task<std::int32_t> throttle_produce(RequestContext& ctx, bool is_answered);

// A consumer's Fetch whose answer would have this size.  False: the client gets an empty one, which counts nothing, and
// throttle_time_ms is in ctx.
Task<bool> may_answer_fetch(RequestContext& ctx, std::uint64_t response_bytes);

// How much a Fetch may bring at most, so that it is not throttled even after a long silence: more would be held up for
// ever.
std::int64_t fetch_bytes_max(RequestContext& ctx);

}  // namespace muir::server
