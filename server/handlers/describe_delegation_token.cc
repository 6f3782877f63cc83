#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/handlers/token_credentials.h"
#include "server/handlers/token_requests.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/describe_delegation_token_request.h"
#include "wire/schema/describe_delegation_token_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::DescribeDelegationTokenRequest;
using Response = wire::DescribeDelegationTokenResponse;

bool belongs_to(const DelegationToken& token, const std::string& principal) {
  return token.owner == principal || token.requester == principal ||
         std::ranges::find(token.renewers, principal) != token.renewers.end();
}

// Whose tokens are asked for; none: everybody's.
std::optional<std::vector<std::string>> asked_owners(const Request& request) {
  if (!request.owners) return std::nullopt;
  std::vector<std::string> owners;
  for (const auto& owner : *request.owners)
    owners.push_back(std::string(owner.principal_type).append(":").append(owner.principal_name));
  return owners;
}

// His own, those that he may renew, and those that the ACLs show him, by themselves or by their owner.
bool may_see_token(RequestContext& ctx, const std::string& id, const DelegationToken& token) {
  return belongs_to(token, ctx.session().principal.to_string()) ||
         ctx.may_see(auth::Operation::DESCRIBE, {auth::ResourceType::DELEGATION_TOKEN, id}) ||
         ctx.may_see(auth::Operation::DESCRIBE_TOKENS, {auth::ResourceType::USER, token.owner});
}

Response::DescribedDelegationToken describe(RequestContext& ctx, const std::string& id, const DelegationToken& token) {
  Response::DescribedDelegationToken described;
  std::tie(described.principal_type, described.principal_name) = split_principal(token.owner);
  if (ctx.api_version >= kSaysRequester)
    std::tie(described.token_requester_principal_type, described.token_requester_principal_name) =
        split_principal(token.requester);
  described.issue_timestamp = token.issue_timestamp;
  described.expiry_timestamp = token.expiration_timestamp;
  described.max_timestamp = token.max_timestamp;
  described.token_id = id;
  const OwnedBytes hmac = ctx.services().token_credentials->hmac_of(id);
  described.hmac = as_bytes(ctx.keep(std::string(as_text(hmac))));
  for (const std::string& renewer : token.renewers) {
    auto& listed = described.renewers.emplace_back();
    std::tie(listed.principal_type, listed.principal_name) = split_principal(renewer);
  }
  return described;
}

}  // namespace

// DescribeDelegationToken (API key 41): the tokens that the sender may see, with their HMACs (KIP-48).  Versions 1-3;
// null owners ask for everybody's, an empty list for nobody's.  Kafka's controller advertises it and has no answer to
// it but an error.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  Response response;
  if (ctx.session().is_controller_listener) {
    response.error_code = ErrorCode::UNKNOWN_SERVER_ERROR;
    co_return response;
  }
  if (!may_ask_for_tokens(ctx.session())) {
    response.error_code = ErrorCode::DELEGATION_TOKEN_REQUEST_NOT_ALLOWED;
    co_return response;
  }
  if (ctx.services().token_credentials == nullptr) {
    response.error_code = ErrorCode::DELEGATION_TOKEN_AUTH_DISABLED;
    co_return response;
  }
  const auto owners = asked_owners(request);
  const auto is_asked = [&owners](const DelegationToken& token) {
    return !owners ||
           std::ranges::any_of(*owners, [&token](const std::string& owner) { return belongs_to(token, owner); });
  };
  for (const auto& [id, token] : ctx.image().delegation_tokens.all())
    if (is_asked(*token) && may_see_token(ctx, id, *token)) response.tokens.push_back(describe(ctx, id, *token));
  co_return response;
}

}  // namespace muir::server
