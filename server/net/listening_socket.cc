#include "server/net/listening_socket.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/net/errc.h"
#include "server/runtime/printed_address.h"

namespace muir::server {
namespace {

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&bytes); }
};

Address every_interface(std::uint16_t port) {
  Address address;
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address.bytes);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = in6addr_any;
  address.size = sizeof v6;
  return address;
}

Result<Address> to_address(const Endpoint& endpoint) {
  if (endpoint.host.empty()) return every_interface(endpoint.port);
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found) != 0) {
    return Error{EADDRNOTAVAIL, boost::system::system_category()};
  }
  Address address;
  std::memcpy(&address.bytes, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  ::freeaddrinfo(found);
  return address;
}

void set(int fd, int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); }

// A client of IPv4 keeps its own spelling where we listen on both.
PeerAddress to_peer(const Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.bytes.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.bytes);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return {text, ntohs(v4.sin_port)};
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.bytes);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    ::inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, text, sizeof text);
  } else {
    return {printed_address(v6.sin6_addr), ntohs(v6.sin6_port)};
  }
  return {text, ntohs(v6.sin6_port)};
}

// What says nothing of us: the client has gone again, or a signal came.
bool is_passing(int error) {
  return error == EINTR || error == ECONNABORTED || error == EPROTO || error == ENETDOWN || error == EHOSTUNREACH ||
         error == ENETUNREACH;
}

}  // namespace

Result<int> ListeningSocket::open(const Endpoint& endpoint, const Options& options) {
  auto address = to_address(endpoint);
  if (!address) return address.error();
  const int fd = ::socket(address->bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return last_system_error();
  set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (address->bytes.ss_family == AF_INET6) set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (options.receive_buffer_bytes > 0) set(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer_bytes);
  if (::bind(fd, address->get(), address->size) == 0 && ::listen(fd, options.backlog) == 0) return fd;
  const Error error = last_system_error();
  ::close(fd);
  return error;
}

Result<std::uint16_t> ListeningSocket::port_of(int fd) {
  Address address;
  address.size = sizeof address.bytes;
  if (::getsockname(fd, address.get(), &address.size) != 0) return last_system_error();
  return to_peer(address).port;
}

Result<ListeningSocket::Accepted> ListeningSocket::try_accept() {
  for (;;) {
    if (!socket_.is_open()) return NetErrc::closed_by_us;
    Address address;
    address.size = sizeof address.bytes;
    const int fd = ::accept4(socket_.fd(), address.get(), &address.size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) return Accepted{fd, to_peer(address)};
    if (is_passing(errno)) continue;
    if (errno != EAGAIN) return last_system_error();
    socket_.read_all();
    return NetErrc::would_block;
  }
}

Task<Result<ListeningSocket::Accepted>> ListeningSocket::accept() {
  for (;;) {
    auto accepted = try_accept();
    if (accepted || accepted.error() != NetErrc::would_block) co_return accepted;
    SocketWait ready(socket_, SocketWait::readable);
    const bool is_open = co_await ready;
    if (!is_open) co_return NetErrc::closed_by_us;
  }
}

}  // namespace muir::server
