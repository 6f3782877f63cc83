#pragma once

#include "server/handlers/request_context.h"

namespace muir::server {

// Header and body of an answer, ready to be framed.  Fails when a value does not fit the request's version: a bug of
// ours.
template <class Response>
Result<Answer> encode_answer(RequestContext& ctx, const Response& response) {
  auto answer = ctx.begin_answer();
  if (!answer) return answer.error();
  const auto encoded = encode(answer->writer, ctx.api_version, response);
  if (!encoded) return encoded.error();
  answer->slices = ctx.take_slices();
  return answer;
}

}  // namespace muir::server
