#include "server/client/stream.h"

#include <algorithm>
#include <climits>

#include <fcntl.h>
#include <sys/socket.h>

#include "auth/tls/tls_error.h"

namespace muir::server {
namespace {

constexpr const char* kClosed = "the broker closed a connection; its log may say why";

int as_int(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

bool would_wait() { return errno == EAGAIN || errno == EWOULDBLOCK; }

// What a call on `tls` that returned `count` means.
ClientResult<std::size_t> outcome(const SSL* tls, int count, bool waits, const char* what) {
  if (count > 0) return static_cast<std::size_t>(count);
  const int error = ::SSL_get_error(tls, count);
  const bool is_early = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  if (is_early && !waits) return std::size_t{0};
  if (is_early) return client_error(std::string(what) + ": it takes too long");
  if (error == SSL_ERROR_ZERO_RETURN) return client_error(kClosed);
  if (error == SSL_ERROR_SYSCALL && errno != 0) return client_system_error(what);
  return client_error(std::string(what) + ": " + auth::openssl_reason());
}

}  // namespace

ClientResult<> Stream::stop_waiting() {
  waits_ = false;
  const int flags = ::fcntl(fd(), F_GETFL);
  if (flags < 0 || ::fcntl(fd(), F_SETFL, flags | O_NONBLOCK) != 0) return client_system_error("fcntl");
  return {};
}

ClientResult<std::size_t> Stream::send_some(ByteView bytes) {
  if (tls_) return outcome(tls(), ::SSL_write(tls(), bytes.data(), as_int(bytes.size())), waits_, "cannot send");
  for (;;) {
    const ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EINTR) continue;
    if (!waits_ && would_wait()) return std::size_t{0};
    return client_system_error("cannot send");
  }
}

ClientResult<std::size_t> Stream::receive_some(MutableByteView bytes) {
  if (tls_) return outcome(tls(), ::SSL_read(tls(), bytes.data(), as_int(bytes.size())), waits_, "no answer");
  for (;;) {
    const ssize_t received = ::recv(fd(), bytes.data(), bytes.size(), 0);
    if (received > 0) return static_cast<std::size_t>(received);
    if (received == 0) return client_error(kClosed);
    if (errno == EINTR) continue;
    if (!waits_ && would_wait()) return std::size_t{0};
    return client_system_error("no answer");
  }
}

ClientResult<std::size_t> Stream::send(ByteView bytes) {
  std::size_t gone = 0;
  while (gone < bytes.size()) {
    const auto sent = send_some(bytes.subspan(gone));
    if (!sent) return sent;
    if (*sent == 0) break;
    gone += *sent;
  }
  return gone;
}

ClientResult<std::size_t> Stream::receive(MutableByteView bytes) {
  std::size_t there = 0;
  while (there < bytes.size()) {
    const auto received = receive_some(bytes.subspan(there));
    if (!received) return received;
    there += *received;
    // A socket that gave less than it might has no more; of TLS a call gives one record.
    if (*received == 0 || (!waits_ && !tls_)) break;
  }
  return there;
}

bool Stream::is_quiet() const {
  std::byte next;
  const ssize_t count = ::recv(fd(), &next, 1, MSG_DONTWAIT | MSG_PEEK);
  return count < 0 && would_wait();
}

}  // namespace muir::server
