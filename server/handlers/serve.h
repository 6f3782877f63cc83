#pragma once

#include "server/handlers/acl_requests.h"
#include "server/handlers/api_table.h"
#include "server/handlers/encode_answer.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/handlers/throttle.h"
#include "server/runtime/pool.h"
#include "wire/codec/reader.h"
#include "wire/schema/api_versions_request.h"
#include "wire/schema/api_versions_response.h"

namespace muir::server {

// How the rows of the API table serve a request: what stands between its body and its handler.

// Most requests are as good as their schema says.
template <class Request>
Result<> accepted(const Request& request) {
  if constexpr (requires { server::accept(request); })
    return server::accept(request);
  else
    return ok();
}

// Of a body that is decoded on its shard: some tens of microseconds.
constexpr std::size_t kDecodedHereMax = 128 << 10;

// An answer that took so many is large enough for two hops between threads: to encode it takes half as long again.
constexpr std::size_t kPausesBeforeAside = 4;

// Decode, handle, ask the quotas, encode: the whole of an ordinary request.
template <class Request, class Response>
Task<Result<Answer>> serve(RequestContext& ctx, ByteView body) {
  Request request;
  wire::Reader reader(body, ctx.decoded_bytes_max());
  Result<> decoded = ok();
  const auto decode_it = [&] { decoded = decode(reader, ctx.api_version, request); };  // Of wire/schema.
  if (body.size() > kDecodedHereMax && ctx.services().request_pool != nullptr) {
    co_await ctx.services().request_pool->run_paid(decode_it);
  } else {
    decode_it();
  }
  if (!decoded) co_return decoded.error();
  ctx.decoded(reader.memory_taken());
  const auto is_accepted = accepted(request);
  if (!is_accepted) co_return is_accepted.error();
  Response response = co_await handle(ctx, request);
  if (ctx.throttle != nullptr) {
    const std::int32_t throttle_time_ms = co_await throttle_request(ctx);
    if constexpr (requires { response.throttle_time_ms; }) response.throttle_time_ms = throttle_time_ms;
  }
  if (ctx.pace.pauses() < kPausesBeforeAside || ctx.services().request_pool == nullptr)
    co_return encode_answer(ctx, response);
  Result<Answer> answer = Answer{};
  co_await ctx.services().request_pool->run_paid([&] { answer = encode_answer(ctx, response); });
  co_return answer;
}

template <class Request, class Response>
Task<Result<Finish>> begin(RequestContext& ctx, ByteView body) {
  co_return serve<Request, Response>(ctx, body);
}

// A version that we do not know has a body that we cannot read; its answer is one of version 0.
inline Task<Result<Answer>> serve_api_versions(RequestContext& ctx, ByteView body) {
  using wire::ApiVersionsRequest;
  if (ApiVersionsRequest::kVersions.contains(ctx.api_version)) {
    co_return co_await serve<ApiVersionsRequest, wire::ApiVersionsResponse>(ctx, body);
  }
  ctx.is_version_unsupported = true;
  ctx.api_version = 0;
  const wire::ApiVersionsResponse response = co_await handle(ctx, ApiVersionsRequest{});
  co_return encode_answer(ctx, response);
}

inline Task<Result<Finish>> begin_api_versions(RequestContext& ctx, ByteView body) {
  co_return serve_api_versions(ctx, body);
}

}  // namespace muir::server
