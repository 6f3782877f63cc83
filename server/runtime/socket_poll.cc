#include "server/runtime/socket_poll.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/runtime/cpu_account.h"
#include "wire/base/check.h"

namespace muir::server {
namespace {

// A bound on what one loop turn does before its answers leave.
constexpr int kEventsPerTurn = 128;

constexpr std::uint32_t kEnd = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

// Rounded up, so that a timer is due when its loop wakes.
int to_timeout(std::optional<Instant::duration> sleep) {
  if (!sleep) return -1;
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(*sleep).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, std::numeric_limits<int>::max()));
}

}  // namespace

bool SocketWait::await_ready() const noexcept { return !socket_.is_open(); }
bool SocketWait::await_resume() const noexcept { return socket_.is_open(); }

void SocketWait::await_suspend(std::coroutine_handle<> awaiter) {
  awaiter_ = awaiter;
  const bool reads = what_ == readable;
  (reads ? socket_.readers_ : socket_.writers_).push_back(*this);
  if (!socket_.is_open() || (reads ? socket_.is_readable() : socket_.is_writable())) socket_.poll_.has_news(socket_);
}

WatchedSocket::WatchedSocket(SocketPoll& poll, int fd) : poll_(poll), fd_(fd) {
  if (!poll_.watch(*this)) is_readable_ = has_ended_ = true;
}

WatchedSocket::~WatchedSocket() {
  close();
  CHECK(readers_.empty() && writers_.empty());
}

void WatchedSocket::close() {
  if (!is_open()) return;
  ::shutdown(fd_, SHUT_RDWR);
  ::close(std::exchange(fd_, -1));  // Which takes it out of the epoll.
  if (!readers_.empty() || !writers_.empty()) poll_.has_news(*this);
}

void WatchedSocket::happened(std::uint32_t events) {
  if (events & kEnd) has_ended_ = true;
  if (events & (EPOLLIN | kEnd)) is_readable_ = true;
  if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) is_writable_ = true;
  const bool ends_wait = (is_readable_ && !readers_.empty()) || (is_writable_ && !writers_.empty());
  if (ends_wait) poll_.has_news(*this);
}

// The first that is resumed may end the socket, or a wait of another; both leave the list when they go.
void WatchedSocket::wake() {
  Waits ending;
  if (is_readable_ || !is_open()) ending.splice(ending.end(), readers_);
  if (is_writable_ || !is_open()) ending.splice(ending.end(), writers_);
  while (!ending.empty()) {
    SocketWait& wait = ending.front();
    ending.pop_front();
    wait.awaiter_.resume();
    CpuAccount::leave();
  }
}

SocketPoll::SocketPoll()
    : epoll_fd_(::epoll_create1(EPOLL_CLOEXEC)), wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(epoll_fd_ >= 0 && wake_fd_ >= 0);  // A process that has no descriptors left at its start cannot begin.
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  CHECK(::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event) == 0);
}

SocketPoll::~SocketPoll() {
  ::close(wake_fd_);
  ::close(epoll_fd_);
}

bool SocketPoll::watch(WatchedSocket& socket) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &socket;
  return ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, socket.fd(), &event) == 0;
}

void SocketPoll::has_news(WatchedSocket& socket) {
  if (!socket.is_linked()) news_.push_back(socket);
}

// Edge-triggered, the descriptor needs no reading: each write is an event.
void SocketPoll::wake_up() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_fd_, &one, sizeof one));
}

std::size_t SocketPoll::take_turn(std::optional<Instant::duration> sleep) {
  std::array<epoll_event, kEventsPerTurn> events;
  const int timeout = news_.empty() ? to_timeout(sleep) : 0;
  const int count = ::epoll_wait(epoll_fd_, events.data(), kEventsPerTurn, timeout);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (auto* socket = static_cast<WatchedSocket*>(event.data.ptr)) socket->happened(event.events);
  }
  // First all events, then all wakes: whoever wakes may destroy a socket that has one.
  std::size_t woken = 0;
  Sockets news;
  news.swap(news_);
  for (; !news.empty(); ++woken) {
    WatchedSocket& socket = news.front();
    news.pop_front();
    socket.wake();
  }
  return woken;
}

}  // namespace muir::server
