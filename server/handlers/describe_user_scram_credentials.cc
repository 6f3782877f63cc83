#include <map>
#include <string>

#include "server/handlers/handlers.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/describe_user_scram_credentials_request.h"
#include "wire/schema/describe_user_scram_credentials_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::DescribeUserScramCredentialsRequest;
using Response = wire::DescribeUserScramCredentialsResponse;

constexpr std::int8_t kMechanisms[] = {1, 2};  // SCRAM-SHA-256, SCRAM-SHA-512.

// Who is asked for, and how often; everybody who has a credential, if nobody is named.
std::map<std::string, int> asked_users(RequestContext& ctx, const Request& request) {
  std::map<std::string, int> users;
  if (!request.users || request.users->empty()) {
    for (const auto& [key, credential] : ctx.image().scram.all()) users[key.user] = 1;
  } else {
    for (const auto& user : *request.users) ++users[std::string(user.name)];
  }
  return users;
}

void refuse(RequestContext& ctx, ErrorCode error, std::string message,
            Response::DescribeUserScramCredentialsResult& to) {
  to.error_code = error;
  to.error_message = ctx.keep(std::move(message));
}

// As Kafka's request answers for itself: once for each user, who is not named.
void refuse_all(const Request& request, ErrorCode error, Response& response) {
  response.error_code = error;
  response.error_message.reset();
  for (std::size_t i = 0; request.users && i < request.users->size(); ++i) {
    auto& result = response.results.emplace_back();
    result.error_code = response.error_code;
    result.error_message.reset();
  }
}

}  // namespace

// DescribeUserScramCredentials (API key 50): for which mechanisms users have passwords (KIP-554); the passwords stay
// here.  Version 0.  Kafka's controller advertises it and has no answer to it but this error.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  Response response;
  if (ctx.session().is_controller_listener) {
    refuse_all(request, ErrorCode::UNKNOWN_SERVER_ERROR, response);
    co_return response;
  }
  if (!ctx.may_cluster(auth::Operation::DESCRIBE)) {
    refuse_all(request, ErrorCode::CLUSTER_AUTHORIZATION_FAILED, response);
    co_return response;
  }
  for (const auto& [user, times] : asked_users(ctx, request)) {
    auto& result = response.results.emplace_back();
    result.user = ctx.keep(user);
    result.error_message.reset();
    if (times > 1) {
      refuse(ctx, ErrorCode::DUPLICATE_RESOURCE,
             "Cannot describe SCRAM credentials for the same user twice in a single request: " + user, result);
      continue;
    }
    for (const std::int8_t mechanism : kMechanisms) {
      const auto* credential = ctx.image().scram.all().find(ScramKey{mechanism, user});
      if (credential != nullptr)
        result.credential_infos.push_back({.mechanism = mechanism, .iterations = (*credential)->iterations});
    }
    if (result.credential_infos.empty()) {
      refuse(ctx, ErrorCode::RESOURCE_NOT_FOUND, "Attempt to describe a user credential that does not exist: " + user,
             result);
    }
  }
  co_return response;
}

}  // namespace muir::server
