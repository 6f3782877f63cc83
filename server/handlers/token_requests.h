#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "server/handlers/session.h"
#include "wire/codec/error_code.h"

namespace muir::server {

// Whether this client may make, see, renew or end delegation tokens (KIP-48): it has said who it is, and not by a
// token, or a token could make itself immortal; and it is not on a listener where everybody could read the token.
bool may_ask_for_tokens(const Session& session);

// `User:alice` as it stands in records, cut at the first colon.
inline std::pair<std::string_view, std::string_view> split_principal(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

// Since this version answers say who asked for a token, too (KIP-373).
inline constexpr std::int16_t kSaysRequester = 3;

// What stands for a time in a refusal.
inline constexpr std::int64_t kNoTokenTime = -1;

// Of RenewDelegationToken and ExpireDelegationToken, whose answers are the time at which the token ends.
template <class Response>
Response token_time_refusal(wire::ErrorCode error) {
  Response response;
  response.error_code = error;
  response.expiry_timestamp_ms = kNoTokenTime;
  return response;
}

}  // namespace muir::server
