#include <cerrno>

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "server/net/errc.h"
#include "server/net/transport.h"

namespace muir::server {
namespace {

Error to_error(int error) {
  if (error == EAGAIN || error == EWOULDBLOCK) return NetErrc::would_block;
  if (error == ECONNRESET || error == EPIPE) return NetErrc::closed_by_peer;
  return {error, boost::system::system_category()};
}

class PlainTransport final : public Transport {
 public:
  PlainTransport(Shard& shard, int fd) : socket_(shard.sockets(), fd) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);  // A socket that refuses this fails at its first read.
  }

  Result<std::size_t> try_read(MutableByteView into) override {
    for (;;) {
      const ssize_t count = ::recv(socket_.fd(), into.data(), into.size(), MSG_DONTWAIT);
      const bool is_empty = count < 0 && errno == EAGAIN;
      if (is_empty || (count > 0 && static_cast<std::size_t>(count) < into.size())) socket_.read_all();
      if (count > 0) return static_cast<std::size_t>(count);
      if (count == 0) return NetErrc::closed_by_peer;
      if (errno != EINTR) return to_error(errno);
    }
  }

  Result<std::size_t> try_write(std::span<const iovec> pieces) override {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.size();
    for (;;) {
      const ssize_t count = ::sendmsg(socket_.fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno == EAGAIN) socket_.filled();
      if (errno != EINTR) return to_error(errno);
    }
  }

  Result<std::size_t> try_send_file(int fd, std::int64_t position, std::size_t size) override {
    for (;;) {
      off_t offset = position;
      const ssize_t count = ::sendfile(socket_.fd(), fd, &offset, size);
      if (count > 0) return static_cast<std::size_t>(count);
      if (count == 0) return NetErrc::file_ended;
      if (errno == EAGAIN) socket_.filled();
      if (errno != EINTR) return to_error(errno);
    }
  }

  Task<Result<>> wait_readable() override { return wait(SocketWait::readable); }
  Task<Result<>> wait_writable() override { return wait(SocketWait::writable); }

  bool is_closed_by_peer() override {
    std::byte next;
    for (;;) {
      const ssize_t count = ::recv(socket_.fd(), &next, 1, MSG_DONTWAIT | MSG_PEEK);
      if (count >= 0) return count == 0;
      if (errno == EAGAIN) socket_.read_all();
      if (errno != EINTR) return errno != EAGAIN && errno != EWOULDBLOCK;  // A reset, or worse.
    }
  }

  void end_sending() override { ::shutdown(socket_.fd(), SHUT_WR); }

  void close() override { socket_.close(); }

 private:
  Task<Result<>> wait(SocketWait::What what) {
    SocketWait ready(socket_, what);
    const bool is_open = co_await ready;
    if (!is_open) co_return NetErrc::closed_by_us;
    co_return ok();
  }

  WatchedSocket socket_;
};

}  // namespace

std::unique_ptr<Transport> plain_transport(Shard& shard, int connected_fd) {
  return std::make_unique<PlainTransport>(shard, connected_fd);
}

}  // namespace muir::server
