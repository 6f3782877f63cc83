#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/config/endpoint.h"
#include "server/net/connection.h"
#include "server/net/connection_quota.h"
#include "server/net/listening_socket.h"
#include "server/runtime/shard.h"
#include "server/tls/current_tls.h"

namespace muir::server {

struct SaslListenerConfig;
struct Services;

// The listeners of a process and all its connections.  Listening and the count of connections live on the first shard;
// a connection lives on the shard it was dealt to.  The object itself belongs to the thread that starts the process.
class NetServer {
 public:
  struct Options {
    Connection::Limits connection;
    ConnectionLimits count;
    QuotaWindows quota_windows;  // quota.window.num, quota.window.size.seconds
    // Of all shards together: queued.max.request.bytes and its like.
    RequestMemory::Limits requests;
    std::int64_t held_response_bytes_max = 0;  // muir.held.response.max.bytes
    std::int32_t backlog = 50;                 // socket.listen.backlog.size
    std::int32_t send_buffer_bytes = -1;       // socket.send.buffer.bytes; -1: the system's.
    std::int32_t receive_buffer_bytes = -1;    // socket.receive.buffer.bytes
  };

  // How clients log in on a listener; null: not at all.
  using SaslListener = std::shared_ptr<const SaslListenerConfig>;

  NetServer(Services& services, std::vector<Shard*> shards, Options options);
  ~NetServer();

  // Binds; accepts nothing yet.  Before the shards run.  Fails with the system's error, e.g. address in use.  Returns
  // the port.
  Result<std::uint16_t> listen(const Endpoint& endpoint, bool is_controller_listener, SaslListener sasl = nullptr);

  // Begins to accept.  On the first shard.
  void start();

  // Other limits than the Options said; connections that there are stay.  On the first shard.
  void set_limits(ConnectionLimits limits);

  // How many connections a second may come from an address (KIP-612).  On the first shard.
  void set_ip_rates(IpConnectionRates rates) { quota_.set_ip_rates(std::move(rates)); }

  // How clients log in from now on, by listener name; who has logged in stays so.  On the first shard.
  void set_sasl_listeners(const std::map<std::string, SaslListener, std::less<>>& listeners);

  // Stops accepting and closes every connection; what was begun is finished first.  On the first shard.
  Task<void> stop();

 private:
  struct Listener;
  class ShardConnections;
  class HeldSocket;

  Task<void> accept_loop(Listener& listener);
  Task<void> until_allowed();
  Task<void> deal(ListeningSocket::Accepted accepted, const Listener& listener);
  Task<void> begin_serving(ShardConnections& home, int fd, Session session, ListenerTls::Context tls);
  Task<void> serve(ShardConnections& home, std::unique_ptr<Connection> connection);
  Task<void> ended(std::unique_ptr<Connection> connection, Error why);
  Task<void> forget(std::string ip);
  void hold(int fd, std::chrono::milliseconds time);
  void set_socket_options(int fd) const;

  const BeginRequest begin_request_;
  std::vector<Shard*> shards_;
  const Options options_;
  ConnectionQuota quota_;
  const CurrentTls& tls_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<ShardConnections>> homes_;
  TaskGroup accepting_;
  std::list<HeldSocket> held_;  // Of addresses that make too many connections.
  std::vector<Completion<bool>*> waiting_for_room_;
  std::uint64_t connections_made_ = 0;
  bool is_stopping_ = false;
};

}  // namespace muir::server
