#include "server/controller/delegation_token_control.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "auth/sasl/delegation_token.h"
#include "wire/schema/delegation_token_record.h"
#include "wire/schema/remove_delegation_token_record.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

constexpr std::int16_t kSaysRequester = 3;  // Since this version the answer does.

// Times come from clients and from the operator; one beyond the end of time is the end of time.
std::int64_t after(std::int64_t now_ms, std::int64_t period_ms) {
  constexpr auto kEnd = std::numeric_limits<std::int64_t>::max();
  return period_ms > kEnd - now_ms ? kEnd : now_ms + period_ms;
}

// What was asked for, where it is less than the limit.
std::int64_t at_most(std::chrono::milliseconds limit, std::int64_t asked_ms) {
  return asked_ms > 0 ? std::min<std::int64_t>(limit.count(), asked_ms) : limit.count();
}

bool has_ended(const DelegationToken& token, std::int64_t now_ms) {
  return token.max_timestamp < now_ms || token.expiration_timestamp < now_ms;
}

// Not the requester: who has asked for a token in another's name has no say in it afterwards.
bool may_renew(const DelegationToken& token, const std::string& principal) {
  return token.owner == principal || std::ranges::find(token.renewers, principal) != token.renewers.end();
}

ErrorCode tokens_unavailable(const DecideContext& context) {
  if (!context.settings.delegation_tokens.secret_key) return ErrorCode::DELEGATION_TOKEN_AUTH_DISABLED;
  if (context.metadata_version() < kDelegationTokenLevel) return ErrorCode::UNSUPPORTED_VERSION;
  return ErrorCode::NONE;
}

wire::DelegationTokenRecord record_of(std::string_view id, const DelegationToken& token,
                                      std::int64_t expiration_timestamp) {
  wire::DelegationTokenRecord record;
  record.owner = token.owner;
  record.requester = token.requester;
  for (const std::string& renewer : token.renewers) record.renewers.push_back(renewer);
  record.issue_timestamp = token.issue_timestamp;
  record.max_timestamp = token.max_timestamp;
  record.expiration_timestamp = expiration_timestamp;
  record.token_id = id;
  return record;
}

wire::RemoveDelegationTokenRecord removal_of(std::string_view id) {
  wire::RemoveDelegationTokenRecord record;
  record.token_id = id;
  return record;
}

// A token that a request is about, or why it is not to be had.
struct Found {
  ErrorCode error = ErrorCode::NONE;
  const std::string* id = nullptr;
  const DelegationToken* token = nullptr;
};

Found find_token(const DecideContext& context, TokensByHmac& tokens, ByteView hmac) {
  Found found;
  found.error = tokens_unavailable(context);
  if (found.error != ErrorCode::NONE) return found;
  const auto& image = context.image().delegation_tokens;
  found.id = tokens.find(image, hmac);
  if (found.id == nullptr)
    found.error = ErrorCode::DELEGATION_TOKEN_NOT_FOUND;
  else
    found.token = &**image.all().find(*found.id);
  return found;
}

template <class Response>
void conclude(RecordBatch& records, Decision<Response>& decision) {
  if (records.problem().failed()) {
    decision.response = {};
    decision.response.error_code = records.problem().code;
  } else {
    decision.records = records.take();
  }
}

DelegationToken new_token(const DecideContext& context, std::string owner,
                          const wire::CreateDelegationTokenRequest& request) {
  const auto& limits = context.settings.delegation_tokens;
  const std::int64_t now_ms = context.request.wall_ms;
  DelegationToken token;
  token.owner = std::move(owner);
  token.requester = context.request.sender().to_string();
  for (const auto& renewer : request.renewers)
    token.renewers.push_back(std::string(renewer.principal_type).append(":").append(renewer.principal_name));
  token.issue_timestamp = now_ms;
  token.max_timestamp = after(now_ms, at_most(limits.max_lifetime, request.max_lifetime_ms));
  token.expiration_timestamp = std::min(token.max_timestamp, after(now_ms, limits.expiry_time.count()));
  return token;
}

}  // namespace

Decision<wire::CreateDelegationTokenResponse> decide_create_delegation_token(
    const DecideContext& context, const wire::CreateDelegationTokenRequest& request) {
  Decision<wire::CreateDelegationTokenResponse> decision;
  auto& response = decision.response;
  auth::Principal owner = context.request.sender();
  if (context.request.api_version >= kSaysRequester) {
    response.token_requester_principal_type = decision.texts.keep(owner.type);
    response.token_requester_principal_name = decision.texts.keep(owner.name);
  }
  if (request.owner_principal_name && !request.owner_principal_name->empty())
    owner = {std::string(request.owner_principal_type.value_or("")), std::string(*request.owner_principal_name)};
  response.principal_type = decision.texts.keep(owner.type);
  response.principal_name = decision.texts.keep(owner.name);
  response.error_code = tokens_unavailable(context);
  if (response.error_code != ErrorCode::NONE) return decision;
  for (const auto& renewer : request.renewers) {
    if (renewer.principal_type == "User") continue;
    response.error_code = ErrorCode::INVALID_PRINCIPAL_TYPE;
    return decision;
  }
  const DelegationToken token = new_token(context, owner.to_string(), request);
  response.issue_timestamp_ms = token.issue_timestamp;
  response.expiry_timestamp_ms = token.expiration_timestamp;
  response.max_timestamp_ms = token.max_timestamp;
  response.token_id = decision.texts.keep(context.new_uuid().to_string());
  const auto hmac = auth::token_hmac(*context.settings.delegation_tokens.secret_key, response.token_id);
  response.hmac = as_bytes(decision.texts.keep(std::string(as_text(hmac))));
  RecordBatch records;
  records.add(record_of(response.token_id, token, token.expiration_timestamp));
  conclude(records, decision);
  return decision;
}

Decision<wire::RenewDelegationTokenResponse> decide_renew_delegation_token(
    const DecideContext& context, TokensByHmac& tokens, const wire::RenewDelegationTokenRequest& request) {
  Decision<wire::RenewDelegationTokenResponse> decision;
  const std::int64_t now_ms = context.request.wall_ms;
  const Found found = find_token(context, tokens, request.hmac);
  decision.response.error_code = found.error;
  if (found.token == nullptr) return decision;
  if (has_ended(*found.token, now_ms)) {
    decision.response.error_code = ErrorCode::DELEGATION_TOKEN_EXPIRED;
    return decision;
  }
  if (!may_renew(*found.token, context.request.sender().to_string())) {
    decision.response.error_code = ErrorCode::DELEGATION_TOKEN_OWNER_MISMATCH;
    return decision;
  }
  const std::int64_t period = at_most(context.settings.delegation_tokens.expiry_time, request.renew_period_ms);
  decision.response.expiry_timestamp_ms = std::min(found.token->max_timestamp, after(now_ms, period));
  RecordBatch records;
  records.add(record_of(*found.id, *found.token, decision.response.expiry_timestamp_ms));
  conclude(records, decision);
  return decision;
}

// A token that has ended may still be removed; and who may not do either is not told that it has.
Decision<wire::ExpireDelegationTokenResponse> decide_expire_delegation_token(
    const DecideContext& context, TokensByHmac& tokens, const wire::ExpireDelegationTokenRequest& request) {
  Decision<wire::ExpireDelegationTokenResponse> decision;
  const std::int64_t now_ms = context.request.wall_ms;
  const Found found = find_token(context, tokens, request.hmac);
  decision.response.error_code = found.error;
  if (found.token == nullptr) return decision;
  if (!may_renew(*found.token, context.request.sender().to_string())) {
    decision.response.error_code = ErrorCode::DELEGATION_TOKEN_OWNER_MISMATCH;
    return decision;
  }
  RecordBatch records;
  if (request.expiry_time_period_ms < 0) {
    decision.response.expiry_timestamp_ms = now_ms;
    records.add(removal_of(*found.id));
  } else if (has_ended(*found.token, now_ms)) {
    decision.response.error_code = ErrorCode::DELEGATION_TOKEN_EXPIRED;
  } else {
    decision.response.expiry_timestamp_ms =
        std::min(found.token->max_timestamp, after(now_ms, request.expiry_time_period_ms));
    records.add(record_of(*found.id, *found.token, decision.response.expiry_timestamp_ms));
  }
  conclude(records, decision);
  return decision;
}

void sweep_expired_tokens(const DecideContext& context, RecordBatch& records) {
  for (const auto& [id, token] : context.image().delegation_tokens.all()) {
    if (records.size() == kTokensPerSweepMax) return;
    if (has_ended(*token, context.request.wall_ms)) records.add(removal_of(id));
  }
}

}  // namespace muir::server
