#include "server/runtime/host_lookup.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "server/runtime/printed_address.h"

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

std::string address_of(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  std::string text;
  if (found->ai_family == AF_INET6) {
    text = printed_address(reinterpret_cast<const sockaddr_in6*>(found->ai_addr)->sin6_addr);
  } else {
    char v4[INET_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(found->ai_addr)->sin_addr, v4, sizeof v4);
    text = v4;
  }
  ::freeaddrinfo(found);
  return text;
}

bool is_numeric_host(const std::string& host) { return look_up(host, AI_NUMERICHOST); }

bool is_known_host(const std::string& host) { return look_up(host, 0); }

}  // namespace muir::server
