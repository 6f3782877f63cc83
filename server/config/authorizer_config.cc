#include "server/config/authorizer_config.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "server/config/config_text.h"

namespace muir::server {
namespace {

std::string_view text_of(const ConfigMap& config, std::string_view key) {
  const auto at = config.find(key);
  return at == config.end() ? std::string_view() : trim(at->second);
}

// As Java's Boolean.parseBoolean: what is not "true" is false.
bool is_true(std::string_view text) {
  return std::ranges::equal(text, std::string_view("true"),
                            [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

}  // namespace

ConfigResult<> read_authorizer(const ConfigMap& effective, BrokerConfig& config) {
  config.has_standard_authorizer = text_of(effective, "authorizer.class.name") == kStandardAuthorizer;
  config.allow_everyone_if_no_acl_found = is_true(text_of(effective, "allow.everyone.if.no.acl.found"));
  // Parted by semicolons, since a name out of a certificate has commas.
  std::string_view rest = text_of(effective, "super.users");
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    const std::string_view user = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (user.empty()) continue;
    if (user.find(':') == std::string_view::npos)
      return invalid_value("super.users", std::string(user), "expected a string in format principalType:principalName");
    config.super_users.emplace_back(user);
  }
  return {};
}

}  // namespace muir::server
