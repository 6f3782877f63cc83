#include "server/runtime/host_lookup.h"

#include <netdb.h>
#include <sys/socket.h>

namespace muir::server {
namespace {

bool look_up(const std::string& host, int flags) {
  addrinfo hints{};
  hints.ai_flags = flags;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return false;
  ::freeaddrinfo(found);
  return true;
}

}  // namespace

bool is_numeric_host(const std::string& host) { return look_up(host, AI_NUMERICHOST); }

bool is_known_host(const std::string& host) { return look_up(host, 0); }

}  // namespace muir::server
