#include "compat-tests/differential/connection.h"

#include <chrono>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/codec/frame.h"

namespace muir::compat {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kFrameBytesMax = std::size_t{256} << 20;
constexpr timeval kSendPatience{10, 0};

}  // namespace

Connection::Connection(const std::string& address, const std::string& source)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto colon = address.rfind(':');
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1)));
  ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &peer.sin_addr);
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kSendPatience, sizeof kSendPatience);
  sockaddr_in own{};
  own.sin_family = AF_INET;
  if (!source.empty()) ::inet_pton(AF_INET, source.c_str(), &own.sin_addr);
  const bool is_bound = source.empty() || ::bind(socket_, reinterpret_cast<sockaddr*>(&own), sizeof own) == 0;
  if (is_bound && ::connect(socket_, reinterpret_cast<sockaddr*>(&peer), sizeof peer) == 0) return;
  ::close(socket_);
  socket_ = -1;
}

Connection::~Connection() {
  if (is_open()) ::close(socket_);
}

bool Connection::send(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Connection::send_frame(ByteView content) {
  OwnedBytes frame(4);
  store_big_endian(frame.data(), static_cast<std::int32_t>(content.size()));
  frame.insert(frame.end(), content.begin(), content.end());
  return send(frame);
}

std::optional<Connection::Received> Connection::take_frame() {
  ByteView unread = unread_;
  const auto frame = wire::take_frame(unread, kFrameBytesMax);
  if (!frame) return Received{Received::Kind::closed, {}};
  if (!*frame) return std::nullopt;
  Received received{Received::Kind::frame, OwnedBytes((*frame)->begin(), (*frame)->end())};
  unread_.assign(unread.begin(), unread.end());
  return received;
}

Connection::Received Connection::receive(int within_ms) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(within_ms);
  for (;;) {
    if (auto frame = take_frame()) return std::move(*frame);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd wait{socket_, POLLIN, 0};
    if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) == 0) return {Received::Kind::nothing, {}};
    std::byte piece[65536];
    const ssize_t size = ::recv(socket_, piece, sizeof piece, 0);
    if (size <= 0) return {Received::Kind::closed, {}};
    unread_.insert(unread_.end(), piece, piece + size);
  }
}

}  // namespace muir::compat
