#include "server/net/server.h"

#include <algorithm>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/handlers/sasl_session.h"
#include "server/handlers/services.h"
#include "server/net/errc.h"
#include "server/net/pipeline.h"
#include "server/net/tls_transport.h"
#include "server/runtime/log.h"

namespace muir::server {

namespace {

// How long accepting rests after the system refused a connection, for want of descriptors or memory.
constexpr std::chrono::milliseconds kAcceptRetry{100};

// Of connections that are held instead of served.  Kafka has no bound here; beyond it they are closed at once.
constexpr std::size_t kHeldMax = 1000;

// Connections are dealt evenly, so that a share for each shard needs no counting between them.
std::int64_t share_of(std::int64_t bytes, std::size_t shards) {
  return bytes <= 0 ? 0 : std::max<std::int64_t>(1, bytes / static_cast<std::int64_t>(shards));
}

}  // namespace

struct NetServer::Listener {
  Listener(SocketPoll& poll, int fd, const Endpoint& e, bool is_controller, SaslListener how_to_log_in)
      : socket(poll, fd), endpoint(e), is_controller_listener(is_controller), sasl(std::move(how_to_log_in)) {}

  ListeningSocket socket;
  const Endpoint endpoint;
  const bool is_controller_listener;
  SaslListener sasl;  // Null: clients do not log in.
};

// A connection that is not served, and not closed either before its time: its client would only come again at once.
class NetServer::HeldSocket final : public Timer {
 public:
  HeldSocket(int fd, std::list<HeldSocket>& all) : fd_(fd), all_(all) {}
  ~HeldSocket() override { ::close(fd_); }

 private:
  void fired() override {
    all_.remove_if([this](const HeldSocket& held) { return &held == this; });
  }

  const int fd_;
  std::list<HeldSocket>& all_;
};

// The connections of one shard.
class NetServer::ShardConnections {
 public:
  ShardConnections(Shard& s, RequestMemory::Limits request_limits, std::int64_t held_bytes_max)
      : shard(s), requests(request_limits), held_answers(held_bytes_max) {}

  Task<void> close_all() {
    for (Connection& connection : open) connection.close(NetErrc::closed_by_us);
    co_await tasks.close();
  }

  Shard& shard;
  BufferPool pool;
  RequestMemory requests;
  HeldAnswers held_answers;
  TlsWorkbench tls;
  boost::intrusive::list<Connection> open;
  TaskGroup tasks;
};

NetServer::NetServer(Services& services, std::vector<Shard*> shards, Options options)
    : begin_request_(
          [&services](Session& session, Frame frame) { return begin_request(services, session, std::move(frame)); }),
      shards_(std::move(shards)),
      options_(options),
      quota_(options.count, options.quota_windows),
      tls_(services.tls) {
  const auto share = [&](std::int64_t bytes) { return share_of(bytes, shards_.size()); };
  for (Shard* shard : shards_) {
    const RequestMemory::Limits limits{share(options.requests.bytes_max), share(options.requests.principal_bytes_max)};
    homes_.push_back(std::make_unique<ShardConnections>(*shard, limits, share(options.held_response_bytes_max)));
  }
}

NetServer::~NetServer() = default;

Result<std::uint16_t> NetServer::listen(const Endpoint& endpoint, bool is_controller_listener, SaslListener sasl) {
  const auto fd = ListeningSocket::open(endpoint, {options_.backlog, options_.receive_buffer_bytes});
  if (!fd) return fd.error();
  listeners_.push_back(
      std::make_unique<Listener>(shards_.front()->sockets(), *fd, endpoint, is_controller_listener, std::move(sasl)));
  return ListeningSocket::port_of(*fd);
}

void NetServer::start() {
  for (const auto& listener : listeners_)
    accepting_.spawn("accept " + listener->endpoint.listener_name, accept_loop(*listener));
}

Task<void> NetServer::accept_loop(Listener& listener) {
  Shard& shard = *shards_.front();
  while (!is_stopping_) {
    auto accepted = co_await listener.socket.accept();
    if (accepted) {
      co_await until_allowed();
      co_await deal(std::move(*accepted), listener);
    } else if (!is_stopping_) {
      log_warn("Accepting a connection failed", field("listener", listener.endpoint.listener_name),
               field("error", accepted.error().message()));
      co_await sleep_until(shard.clock().now() + kAcceptRetry);
    }
  }
}

// The connection is here already, and waits, as Kafka's do: had its loop asked before, then the other listeners could
// have taken the last place meanwhile.  Further ones wait in the listen queue.
Task<void> NetServer::until_allowed() {
  const Clock& clock = shards_.front()->clock();
  while (!is_stopping_) {
    const Instant allowed_at = quota_.may_accept_at(clock.now());
    if (allowed_at <= clock.now()) co_return;
    if (allowed_at < Instant::max()) {
      co_await sleep_until(allowed_at);
      continue;
    }
    Completion<bool> room;
    waiting_for_room_.push_back(&room);
    co_await room;
  }
}

void NetServer::set_limits(ConnectionLimits limits) {
  quota_.set_limits(std::move(limits));
  for (Completion<bool>* room : std::exchange(waiting_for_room_, {})) room->complete(true);
}

// A listener never loses its SASL: its protocol does not change while the broker runs.
void NetServer::set_sasl_listeners(const std::map<std::string, SaslListener, std::less<>>& listeners) {
  for (const auto& listener : listeners_) {
    const auto found = listeners.find(listener->endpoint.listener_name);
    if (listener->sasl != nullptr && found != listeners.end()) listener->sasl = found->second;
  }
}

void NetServer::set_socket_options(int fd) const {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  const int bytes = options_.send_buffer_bytes;
  if (bytes > 0) ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

void NetServer::hold(int fd, std::chrono::milliseconds time) {
  if (held_.size() >= kHeldMax) {
    ::close(fd);
    return;
  }
  Shard& shard = *shards_.front();
  shard.timers().arm(held_.emplace_back(fd, held_), shard.clock().now() + time);
}

// Hands a new connection to the next shard in turn.
Task<void> NetServer::deal(ListeningSocket::Accepted accepted, const Listener& listener) {
  if (is_stopping_) {
    ::close(accepted.fd);
    co_return;
  }
  const Instant now = shards_.front()->clock().now();
  const auto throttle_time = quota_.throttle_time(accepted.peer.host, now);
  if (throttle_time.count() > 0) {
    hold(accepted.fd, throttle_time);
    co_return;
  }
  if (!quota_.opened(accepted.peer.host, now)) {
    log_warn("Refusing connection: too many from this address", field("client", accepted.peer.host),
             field("listener", listener.endpoint.listener_name));
    ::close(accepted.fd);
    co_return;
  }
  set_socket_options(accepted.fd);
  Session session;
  session.connection_id = connections_made_++;
  session.listener_name = listener.endpoint.listener_name;
  session.security_protocol = listener.endpoint.security_protocol;
  session.is_controller_listener = listener.is_controller_listener;
  session.client_host = accepted.peer.host;
  session.client_port = accepted.peer.port;
  // Who comes in plain text is ANONYMOUS from the first byte.
  session.is_authenticated = session.security_protocol == SecurityProtocol::PLAINTEXT;
  if (listener.sasl != nullptr) session.sasl = std::make_shared<SaslSession>(listener.sasl);

  ShardConnections& home = *homes_[session.connection_id % homes_.size()];
  const int fd = accepted.fd;
  ListenerTls::Context tls = tls_.get()->of(listener.endpoint.listener_name);
  co_await call(home.shard, [this, &home, fd, &session, &tls] {
    return begin_serving(home, fd, std::move(session), std::move(tls));
  });
}

Task<void> NetServer::begin_serving(ShardConnections& home, int fd, Session session, ListenerTls::Context tls) {
  auto transport = tls ? tls_transport(home.shard, fd, std::move(tls), home.tls) : plain_transport(home.shard, fd);
  const Connection::Memory memory{home.pool, home.requests, home.held_answers};
  auto connection = std::make_unique<Connection>(begin_request_, std::move(session), std::move(transport), memory,
                                                 options_.connection);
  home.tasks.spawn("connection", serve(home, std::move(connection)));
  co_return;
}

Task<void> NetServer::serve(ShardConnections& home, std::unique_ptr<Connection> connection) {
  home.open.push_back(*connection);
  const Error why = co_await connection->run();
  home.open.erase(home.open.iterator_to(*connection));
  // A frame of its own: what the end needs must not stand beside every connection that goes on.
  co_await ended(std::move(connection), why);
}

Task<void> NetServer::ended(std::unique_ptr<Connection> connection, Error why) {
  const std::string ip = connection->session().client_host;
  connection.reset();
  log_debug("Connection closed", field("client", ip), field("why", why.message()));
  const auto forget_it = [this, &ip] { return forget(ip); };
  co_await call(*shards_.front(), forget_it);
}

Task<void> NetServer::forget(std::string ip) {
  quota_.closed(ip);
  for (Completion<bool>* room : std::exchange(waiting_for_room_, {})) room->complete(true);
  co_return;
}

Task<void> NetServer::stop() {
  is_stopping_ = true;
  for (const auto& listener : listeners_) listener->socket.close();
  for (Completion<bool>* room : std::exchange(waiting_for_room_, {})) room->complete(true);
  co_await accepting_.close();
  held_.clear();
  for (const auto& home : homes_) {
    ShardConnections* connections = home.get();
    co_await call(connections->shard, [connections] { return connections->close_all(); });
  }
}

}  // namespace muir::server
