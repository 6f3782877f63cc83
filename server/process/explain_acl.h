#pragma once

#include <optional>
#include <string>

namespace muir::server {

// What `muir acl explain` is told.
struct ExplainArguments {
  std::string bootstrap_server;
  std::string command_config;  // Kafka's client settings, for TLS and a login.
  std::string principal;       // User:alice
  std::string operation;       // Read, READ
  std::string resource;        // topic:orders, cluster
  std::string host = "*";
  std::optional<std::string> config_file;  // Where super.users stands.
};

// Asks a running broker for its ACLs, and prints whether they allow what is asked, which one decides, and what the
// others about the same resource are about instead.  The exit code: 0 allowed, 1 denied, 2 it could not be found out.
int explain_acl(const ExplainArguments& arguments);

}  // namespace muir::server
