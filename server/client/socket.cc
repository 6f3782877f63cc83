#include "server/client/socket.h"

#include <memory>

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muir::server {
namespace {

constexpr std::size_t kDescriptorsForTheRest = 64;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

ClientResult<Addresses> resolve(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return client_error("not host:port: " + address);
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found);
  if (error != 0) return client_error(fmt::format("{}: {}", address, ::gai_strerror(error)));
  return Addresses(found);
}

void set_options(int fd, std::chrono::seconds patience) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval time{patience.count(), 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

ClientResult<Socket> connect_to(const std::string& address, std::chrono::seconds patience) {
  const auto addresses = resolve(address);
  if (!addresses) return addresses.error();
  for (const addrinfo* one = addresses->get(); one != nullptr; one = one->ai_next) {
    Socket socket(::socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.fd() < 0) continue;
    set_options(socket.fd(), patience);
    if (::connect(socket.fd(), one->ai_addr, one->ai_addrlen) == 0) return socket;
  }
  return client_system_error("cannot connect to " + address);
}

ClientResult<> allow_descriptors(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return client_system_error("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (wanted + kDescriptorsForTheRest <= limit.rlim_max) return {};
  return client_error(
      fmt::format("{} connections need more than the {} descriptors that this process may have (ulimit -Hn)", wanted,
                  limit.rlim_max));
}

}  // namespace muir::server
