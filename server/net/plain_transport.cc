#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "server/net/errc.h"
#include "server/net/transport.h"

namespace muir::server {
namespace {

namespace asio = boost::asio;
using Socket = asio::ip::tcp::socket;

// Awaits one readiness of a socket.
class Readiness {
 public:
  Readiness(Socket& socket, Socket::wait_type what) : socket_(socket), what_(what) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    socket_.async_wait(what_, [this, awaiter](const Error& error) {
      error_ = error;
      awaiter.resume();
    });
  }
  Result<> await_resume() const {
    if (!error_) return ok();
    return error_ == asio::error::operation_aborted ? NetErrc::closed_by_us : error_;
  }

 private:
  Socket& socket_;
  Socket::wait_type what_;
  Error error_;
};

Error to_error(int error) {
  if (error == EAGAIN || error == EWOULDBLOCK) return NetErrc::would_block;
  if (error == ECONNRESET || error == EPIPE) return NetErrc::closed_by_peer;
  return {error, boost::system::system_category()};
}

class PlainTransport final : public Transport {
 public:
  PlainTransport(Shard& shard, int fd) : socket_(shard.io(), asio::ip::tcp::v4(), fd) {
    Error ignored;  // A socket that refuses this fails at its first read.
    socket_.native_non_blocking(true, ignored);
  }

  Result<std::size_t> try_read(MutableByteView into) override {
    for (;;) {
      const ssize_t count = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
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
      const ssize_t count = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return to_error(errno);
    }
  }

  Result<std::size_t> try_send_file(int fd, std::int64_t position, std::size_t size) override {
    for (;;) {
      off_t offset = position;
      const ssize_t count = ::sendfile(socket_.native_handle(), fd, &offset, size);
      if (count > 0) return static_cast<std::size_t>(count);
      if (count == 0) return NetErrc::file_ended;
      if (errno != EINTR) return to_error(errno);
    }
  }

  Task<Result<>> wait_readable() override { return wait(Socket::wait_read); }
  Task<Result<>> wait_writable() override { return wait(Socket::wait_write); }

  bool is_closed_by_peer() override {
    std::byte next;
    for (;;) {
      const ssize_t count = ::recv(socket_.native_handle(), &next, 1, MSG_DONTWAIT | MSG_PEEK);
      if (count >= 0) return count == 0;
      if (errno != EINTR) return errno != EAGAIN && errno != EWOULDBLOCK;  // A reset, or worse.
    }
  }

  void close() override {
    Error ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

 private:
  Task<Result<>> wait(Socket::wait_type what) {
    if (!socket_.is_open()) co_return NetErrc::closed_by_us;
    co_return co_await Readiness(socket_, what);
  }

  Socket socket_;
};

}  // namespace

std::unique_ptr<Transport> plain_transport(Shard& shard, int connected_fd) {
  return std::make_unique<PlainTransport>(shard, connected_fd);
}

}  // namespace muir::server
