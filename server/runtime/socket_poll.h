#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <boost/intrusive/list.hpp>

#include "wire/base/clock.h"

namespace muir::server {

class SocketPoll;
class WatchedSocket;

// `co_await SocketWait(socket, SocketWait::readable)`: true when the socket may be read (written), in a later loop turn
// than this one; false when it was closed.  Several may wait for one socket, which outlives their waits.
class SocketWait : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  enum What { readable, writable };
  SocketWait(WatchedSocket& socket, What what) : socket_(socket), what_(what) {}

  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<> awaiter);
  bool await_resume() const noexcept;

 private:
  friend class WatchedSocket;
  WatchedSocket& socket_;
  const What what_;
  std::coroutine_handle<> awaiter_;
};

// A non-blocking socket, and whether it may be read and written.  It is shown to epoll once, edge-triggered, so that a
// request costs no call to the system but those that move its bytes; in return whoever reads (writes) says when the
// system had no more (took no more), and asks is_readable() before the next try.
// Owner: a transport or listener, on the SocketPoll's shard.
class WatchedSocket
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // Takes `fd` over.  A descriptor that the system does not watch counts as readable: its first read says why.
  WatchedSocket(SocketPoll& poll, int fd);
  WatchedSocket(const WatchedSocket&) = delete;
  WatchedSocket& operator=(const WatchedSocket&) = delete;
  ~WatchedSocket();  // Nobody waits any more.

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

  // Something may be there: bytes, the end, an error.
  bool is_readable() const { return is_readable_; }
  bool is_writable() const { return is_writable_; }

  // A read yielded less than it could take, or nothing: whatever comes from now on is news.  The end that the peer has
  // announced is no news, and stays to be read.
  void read_all() { is_readable_ = has_ended_; }
  // A write took less than it was given.
  void filled() { is_writable_ = false; }

  // Every wait ends, in a later turn.
  void close();

 private:
  friend class SocketPoll;
  friend class SocketWait;
  using Waits = boost::intrusive::list<SocketWait, boost::intrusive::constant_time_size<false>>;

  void happened(std::uint32_t events);
  void wake();

  SocketPoll& poll_;
  int fd_;
  bool is_readable_ = false;
  bool is_writable_ = true;
  bool has_ended_ = false;  // The peer has ended its side, or the connection is broken.
  Waits readers_;
  Waits writers_;
};

// What one shard's loop sleeps in: all its sockets, a deadline, and wake-ups by other threads.
// Owner: the shard; used on its thread but for wake_up().
class SocketPoll {
 public:
  SocketPoll();
  SocketPoll(const SocketPoll&) = delete;
  SocketPoll& operator=(const SocketPoll&) = delete;
  ~SocketPoll();  // No socket is left.

  // Resumes whoever waits for a socket that has become ready.  Sleeps until there is one, `sleep` has passed or
  // somebody calls wake_up(); without `sleep`, for ever.  Returns how many sockets had news.
  std::size_t take_turn(std::optional<Instant::duration> sleep);

  // From any thread: the next take_turn(), or the one that is sleeping, returns soon.
  void wake_up();

 private:
  friend class SocketWait;
  friend class WatchedSocket;
  using Sockets = boost::intrusive::list<WatchedSocket, boost::intrusive::constant_time_size<false>>;

  bool watch(WatchedSocket& socket);
  void has_news(WatchedSocket& socket);

  int epoll_fd_;
  int wake_fd_;
  Sockets news_;  // Those with a wait that can end.
};

}  // namespace muir::server
