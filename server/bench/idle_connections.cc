#include "server/bench/idle_connections.h"

#include <thread>
#include <vector>

#include <fmt/format.h>

#include "server/client/broker_client.h"

namespace muir::server {
ClientResult<> hold_idle_connections(const std::string& address, const Dialer& dialer, std::int32_t count,
                                     std::chrono::milliseconds duration) {
  const auto allowed = allow_descriptors(static_cast<std::size_t>(count));
  if (!allowed) return allowed;
  std::vector<BrokerClient> clients;
  for (std::int32_t i = 0; i < count; ++i) {
    auto client = BrokerClient::connect(address, dialer);
    if (!client) return client_error(fmt::format("connection {}: {}", i + 1, client.error().message));
    clients.push_back(std::move(*client));
  }
  fmt::print("idle {}\n", count);
  std::fflush(stdout);
  std::this_thread::sleep_for(duration);
  for (const BrokerClient& client : clients) {
    if (!client.stream().is_quiet()) return client_error("the broker closed an idle connection");
  }
  return {};
}

}  // namespace muir::server
