#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "auth/acl/principal.h"
#include "auth/acl/recently_allowed.h"
#include "server/config/endpoint.h"
#include "wire/base/clock.h"

namespace muir::server {

class ClientThrottle;
class FetchCancellation;
class SaslSession;

// One connection as its requests see it.  Owner: the connection, on its shard.
struct Session {
  std::uint64_t connection_id = 0;
  std::string listener_name;
  SecurityProtocol security_protocol = SecurityProtocol::PLAINTEXT;
  bool is_controller_listener = false;
  std::string client_host;
  std::uint16_t client_port = 0;
  auth::Principal principal;
  auth::RecentlyAllowed recently_allowed;  // To this principal.
  void become(auth::Principal who) {
    principal = std::move(who);
    recently_allowed.forget();
  }
  std::string client() const { return client_host + ":" + std::to_string(client_port); }
  bool is_authenticated = false;      // Until it is, only ApiVersions and the SASL requests are served.
  std::shared_ptr<SaslSession> sasl;  // How far the login is; null on a listener without SASL.
  std::string client_software_name = "unknown";
  std::string client_software_version = "unknown";
  std::shared_ptr<FetchCancellation> waiting_fetch;  // Ends early when the connection does; null if none waits.
  std::shared_ptr<ClientThrottle> throttle;  // What quotas count for its requests; null before the first that does.
  Instant muted_until{};                     // Nothing is read before: a quota was exceeded.
  // Set when the connection goes while a request still waits, and by a request whose answer is the last.
  bool is_closed = false;
};

}  // namespace muir::server
