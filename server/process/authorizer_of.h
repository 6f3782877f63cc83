#pragma once

#include "auth/acl/authorizer.h"
#include "server/config/broker_config.h"

namespace muir::server {

// Who decides on a broker with this configuration.
inline auth::Authorizer authorizer_of(const BrokerConfig& config) {
  if (!config.has_standard_authorizer) return {};
  auth::Authorizer::Settings settings;
  for (const std::string& user : config.super_users) {
    const auto colon = user.find(':');
    settings.super_users.push_back({user.substr(0, colon), user.substr(colon + 1)});
  }
  settings.allow_everyone_if_no_acl_found = config.allow_everyone_if_no_acl_found;
  return auth::Authorizer(std::move(settings));
}

}  // namespace muir::server
