// Records what clients say as a trace: `trace_recorder PORT BROKER` listens on 127.0.0.1:PORT, passes everything on to
// BROKER, host:port, and prints a line of a trace for each request that is answered.  The addresses in the answers to
// Metadata, FindCoordinator and DescribeCluster become its own, so that clients stay with it.  Ends by SIGINT.
#include <cstdio>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "compat-tests/differential/own_address.h"
#include "compat-tests/differential/recorder.h"

namespace {

using namespace muir;
using namespace muir::compat;

constexpr std::int32_t kFrameBytesMax = 256 << 20;

sockaddr_in address_of(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

bool read_all(int socket, std::byte* to, std::size_t size) {
  return ::recv(socket, to, size, MSG_WAITALL) == static_cast<ssize_t>(size);
}

// A frame without its size; none when the peer has gone.
bool read_frame(int socket, OwnedBytes& frame) {
  std::byte size[4];
  if (!read_all(socket, size, sizeof size)) return false;
  const auto bytes = load_big_endian<std::int32_t>(size);
  if (bytes < 0 || bytes > kFrameBytesMax) return false;
  frame.resize(static_cast<std::size_t>(bytes));
  return read_all(socket, frame.data(), frame.size());
}

bool write_frame(int socket, ByteView frame) {
  OwnedBytes bytes(4);
  store_big_endian(bytes.data(), static_cast<std::int32_t>(frame.size()));
  bytes.insert(bytes.end(), frame.begin(), frame.end());
  return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

// One connection of a client and ours to the broker: a thread for each direction.
class Tapped {
 public:
  Tapped(int client, const sockaddr_in& broker, int number, int port)
      : client_(client),
        broker_(::socket(AF_INET, SOCK_STREAM, 0)),
        port_(port),
        recorder_(fmt::format("c{}", number)) {
    const bool is_connected = ::connect(broker_, reinterpret_cast<const sockaddr*>(&broker), sizeof broker) == 0;
    if (!is_connected) return;
    up_ = std::thread(&Tapped::pass_requests, this);
    down_ = std::thread(&Tapped::pass_answers, this);
  }

 private:
  void pass_requests() {
    OwnedBytes frame;
    while (read_frame(client_, frame)) {
      {
        const std::lock_guard guard(mutex_);
        recorder_.request(frame);
        own_address_.request(frame);
      }
      if (!write_frame(broker_, frame)) break;
    }
    ::shutdown(broker_, SHUT_WR);
  }

  void pass_answers() {
    OwnedBytes frame;
    while (read_frame(broker_, frame)) {
      {
        const std::lock_guard guard(mutex_);
        const std::string lines = recorder_.response(frame);
        std::fwrite(lines.data(), 1, lines.size(), stdout);
        std::fflush(stdout);
        frame = own_address_.response(std::move(frame), port_);
      }
      if (!write_frame(client_, frame)) break;
    }
    ::shutdown(client_, SHUT_RDWR);
  }

  int client_, broker_, port_;
  std::mutex mutex_;
  Recorder recorder_;
  OwnAddress own_address_;
  std::thread up_, down_;
};

int listen_on(int port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = address_of("127.0.0.1", port);
  const bool is_listening = ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                            ::listen(listener, SOMAXCONN) == 0;
  return is_listening ? listener : -1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string broker = argc == 3 ? argv[2] : "";
  const auto colon = broker.rfind(':');
  if (colon == broker.npos) {
    fmt::print(stderr, "usage: trace_recorder PORT HOST:PORT\n");
    return 2;
  }
  const int port = std::atoi(argv[1]);
  const int listener = listen_on(port);
  if (listener < 0) {
    fmt::print(stderr, "cannot listen on 127.0.0.1:{}\n", port);
    return 1;
  }
  const sockaddr_in behind = address_of(broker.substr(0, colon), std::atoi(broker.c_str() + colon + 1));
  std::list<Tapped> connections;  // Until the process ends.
  for (int number = 1;; ++number) {
    const int client = ::accept(listener, nullptr, nullptr);
    if (client < 0) return 1;
    connections.emplace_back(client, behind, number, port);
  }
}
