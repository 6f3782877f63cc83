#include "server/bench/idle_connections.h"

#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sys/socket.h>

#include "server/bench/broker_client.h"

namespace muir::server {
namespace {

bool is_open(int fd) {
  std::byte next;
  const ssize_t count = ::recv(fd, &next, 1, MSG_DONTWAIT | MSG_PEEK);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

BenchResult<> hold_idle_connections(const std::string& address, std::int32_t count,
                                    std::chrono::milliseconds duration) {
  const auto allowed = allow_descriptors(static_cast<std::size_t>(count));
  if (!allowed) return allowed;
  std::vector<BrokerClient> clients;
  for (std::int32_t i = 0; i < count; ++i) {
    auto client = BrokerClient::connect(address);
    if (!client) return bench_error(fmt::format("connection {}: {}", i + 1, client.error().message));
    clients.push_back(std::move(*client));
  }
  fmt::print("idle {}\n", count);
  std::fflush(stdout);
  std::this_thread::sleep_for(duration);
  for (const BrokerClient& client : clients) {
    if (!is_open(client.fd())) return bench_error("the broker closed an idle connection");
  }
  return {};
}

}  // namespace muir::server
