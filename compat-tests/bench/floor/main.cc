// bench_floor PORT DIRECTORY [--no-write | --sync]: what the machine itself asks for a load, as a yardstick for
// brokers. Receives batches, checks their CRC-32C, writes them to the page cache, answers; sends them again by
// sendfile.  One thread, epoll, one topic at a time, and just as much of Kafka's protocol as `muir bench` speaks.  With
// --sync what one round of epoll brought is synced before any of it is answered.
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answers.h"
#include "topic_files.h"

namespace muir::floor {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr std::size_t kFrameBytesMax = 100 * 1024 * 1024;
constexpr int kEventsMax = 512;

struct Connection {
  int fd = -1;
  OwnedBytes in = OwnedBytes(kBufferBytes);
  std::size_t in_size = 0;
  OwnedBytes out;
  std::size_t out_sent = 0;
  FileRange within;  // To be sent when all but its tail of `out` has gone.
  ProduceLayout layout;
  bool waits_to_write = false;

  ~Connection() { ::close(fd); }
  bool has_more_to_send() const { return out_sent < out.size(); }
};

// Sends bytes of `out` up to `end`.  False when the connection is broken; less may have gone.
bool send_up_to(Connection& connection, std::size_t end) {
  while (connection.out_sent < end) {
    const ssize_t sent = ::send(connection.fd, connection.out.data() + connection.out_sent, end - connection.out_sent,
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN) return true;
    if (sent < 0) return false;
    connection.out_sent += static_cast<std::size_t>(sent);
  }
  return true;
}

bool send_file(Connection& connection) {
  FileRange& range = connection.within;
  while (range.size_bytes > 0) {
    auto position = static_cast<off_t>(range.position);
    const ssize_t sent = ::sendfile(connection.fd, range.fd, &position, range.size_bytes);
    if (sent < 0 && errno == EAGAIN) return true;
    if (sent <= 0) return false;
    range.position += static_cast<std::uint64_t>(sent);
    range.size_bytes -= static_cast<std::uint64_t>(sent);
  }
  return true;
}

bool flush(Connection& connection) {
  const std::size_t before_file = connection.out.size() - connection.within.tail_bytes;
  if (!send_up_to(connection, before_file)) return false;
  if (connection.out_sent < before_file) return true;
  if (!send_file(connection)) return false;
  if (connection.within.size_bytes > 0) return true;
  if (!send_up_to(connection, connection.out.size())) return false;
  if (connection.has_more_to_send()) return true;
  connection.out.clear();
  connection.out_sent = 0;
  connection.within = {};
  return true;
}

// Answers every whole frame that is here, but behind a Fetch only when that has been sent.
bool answer_frames(Connection& connection, Answers& answers) {
  std::size_t at = 0;
  while (connection.in_size - at >= 4 && connection.within.fd < 0) {
    const auto size = static_cast<std::uint32_t>(load_big_endian<std::int32_t>(connection.in.data() + at));
    if (size > kFrameBytesMax) return false;
    if (connection.in_size - at < size + 4) {
      if (connection.in.size() < size + 4) connection.in.resize(size + 4);
      break;
    }
    const MutableByteView frame(connection.in.data() + at + 4, size);
    if (!answers.answer(frame, connection.layout, connection.out, connection.within)) return false;
    at += size + 4;
  }
  connection.in_size -= at;
  if (at > 0 && connection.in_size > 0) {
    std::memmove(connection.in.data(), connection.in.data() + at, connection.in_size);
  }
  return true;
}

// Takes what has come; what is to be answered stands in `out` then.
bool serve(Connection& connection, Answers& answers) {
  if (connection.has_more_to_send() && !flush(connection)) return false;
  if (connection.has_more_to_send()) return true;
  const ssize_t received = ::recv(connection.fd, connection.in.data() + connection.in_size,
                                  connection.in.size() - connection.in_size, MSG_DONTWAIT);
  if (received == 0 || (received < 0 && errno != EAGAIN)) return false;
  if (received > 0) connection.in_size += static_cast<std::size_t>(received);
  return answer_frames(connection, answers);
}

int listen_on(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 1024) != 0) return -1;
  return fd;
}

void watch(int poll, Connection& connection, bool for_writing, int how) {
  epoll_event event{};
  event.events = for_writing ? EPOLLOUT : EPOLLIN;
  event.data.ptr = &connection;
  ::epoll_ctl(poll, how, connection.fd, &event);
  connection.waits_to_write = for_writing;
}

void accept_one(int poll, int listener) {
  auto connection = std::make_unique<Connection>();
  connection->fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection->fd < 0) return;
  const int on = 1;
  ::setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Connection& kept = *connection.release();  // Deleted in run(), when it ends.
  watch(poll, kept, false, EPOLL_CTL_ADD);
}

// Sends what it can of the answers, and forgets a connection that is broken.
void send_answers(int poll, Connection* connection, bool is_usable) {
  if (!is_usable || !flush(*connection)) {
    delete connection;
  } else if (connection->has_more_to_send() != connection->waits_to_write) {
    watch(poll, *connection, connection->has_more_to_send(), EPOLL_CTL_MOD);
  }
}

[[noreturn]] void run(int listener, Answers& answers, TopicFiles* synced) {
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  std::array<epoll_event, kEventsMax> events;
  std::vector<Connection*> unsynced;
  for (;;) {
    const int count = ::epoll_wait(poll, events.data(), kEventsMax, -1);
    for (int i = 0; i < count; ++i) {
      auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection == nullptr) {
        accept_one(poll, listener);
      } else if (!serve(*connection, answers)) {
        send_answers(poll, connection, false);
      } else if (synced != nullptr) {
        unsynced.push_back(connection);
      } else {
        send_answers(poll, connection, true);
      }
    }
    const bool is_synced = synced == nullptr || synced->sync();
    for (Connection* connection : unsynced) send_answers(poll, connection, is_synced);
    unsynced.clear();
  }
}

}  // namespace
}  // namespace muir::floor

int main(int argc, char** argv) {
  using namespace muir::floor;
  if (argc < 3) {
    fmt::print(stderr, "usage: bench_floor PORT DIRECTORY [--no-write | --sync]\n");
    return 2;
  }
  const int port = std::atoi(argv[1]);
  const int listener = listen_on(static_cast<std::uint16_t>(port));
  if (listener < 0) {
    fmt::print(stderr, "bench_floor: cannot listen on {}: {}\n", port, std::strerror(errno));
    return 1;
  }
  const std::string_view option = argc < 4 ? "" : argv[3];
  TopicFiles files(argv[2], option != "--no-write");
  Answers answers(port, files);
  run(listener, answers, option == "--sync" ? &files : nullptr);
}
