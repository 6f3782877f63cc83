#include "server/net/server.h"

#include <set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "server/net/errc.h"
#include "server/net/pipeline.h"
#include "server/runtime/log.h"

namespace muir::server {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// How long accepting rests after the system refused a connection, for want of descriptors or memory.
constexpr std::chrono::milliseconds kAcceptRetry{100};

tcp::endpoint to_system(const Endpoint& endpoint, asio::io_context& io, Error& error) {
  if (endpoint.host.empty()) return {tcp::v6(), endpoint.port};
  tcp::resolver resolver(io);
  const auto found = resolver.resolve(endpoint.host, std::to_string(endpoint.port), tcp::resolver::passive, error);
  return error ? tcp::endpoint{} : found.begin()->endpoint();
}

PeerAddress to_address(const tcp::endpoint& endpoint) {
  asio::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return {address.to_string(), endpoint.port()};
}

}  // namespace

class NetServer::Listener {
 public:
  Listener(asio::io_context& io, std::string name, bool is_controller)
      : acceptor(io), listener_name(std::move(name)), is_controller_listener(is_controller) {}

  // Awaits the next connection; the descriptor is handed over.
  class Accept {
   public:
    explicit Accept(Listener& listener) : listener_(listener) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiter) {
      listener_.acceptor.async_accept(socket_, peer_, [this, awaiter](const Error& error) {
        error_ = error;
        awaiter.resume();
      });
    }
    Result<int> await_resume() {
      if (error_) return error_;
      listener_.peer = to_address(peer_);
      return socket_.release(error_);
    }

   private:
    Listener& listener_;
    tcp::socket socket_{listener_.acceptor.get_executor()};
    tcp::endpoint peer_;
    Error error_;
  };

  tcp::acceptor acceptor;
  std::string listener_name;
  bool is_controller_listener;
  PeerAddress peer;  // Of the connection last accepted.
};

// The connections of one shard.
class NetServer::ShardConnections {
 public:
  explicit ShardConnections(Shard& s) : shard(s) {}

  Task<void> close_all() {
    for (Connection* connection : open) connection->close(NetErrc::closed_by_us);
    co_await tasks.close();
  }

  Shard& shard;
  BufferPool pool;
  std::set<Connection*> open;
  TaskGroup tasks;
};

NetServer::NetServer(Services& services, std::vector<Shard*> shards, Options options)
    : begin_request_(
          [&services](Session& session, Frame frame) { return begin_request(services, session, std::move(frame)); }),
      shards_(std::move(shards)),
      options_(options),
      budget_(options.queued_request_bytes_max),
      quota_(options.count) {
  for (Shard* shard : shards_) homes_.push_back(std::make_unique<ShardConnections>(*shard));
}

NetServer::~NetServer() = default;

Result<std::uint16_t> NetServer::listen(const Endpoint& endpoint, bool is_controller_listener) {
  asio::io_context& io = shards_.front()->io();
  auto listener = std::make_unique<Listener>(io, endpoint.listener_name, is_controller_listener);
  Error error;
  const tcp::endpoint address = to_system(endpoint, io, error);
  if (error) return error;
  tcp::acceptor& acceptor = listener->acceptor;
  acceptor.open(address.protocol(), error);
  if (error) return error;
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (address.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(false), error);
  if (options_.receive_buffer_bytes > 0) {
    acceptor.set_option(asio::socket_base::receive_buffer_size(options_.receive_buffer_bytes), error);
  }
  acceptor.bind(address, error);
  if (error) return error;
  acceptor.listen(options_.backlog, error);
  if (error) return error;
  const std::uint16_t port = acceptor.local_endpoint(error).port();
  if (error) return error;
  listeners_.push_back(std::move(listener));
  return port;
}

void NetServer::start() {
  for (const auto& listener : listeners_) accepting_.spawn("accept " + listener->listener_name, accept_loop(*listener));
}

Task<void> NetServer::accept_loop(Listener& listener) {
  Shard& shard = *shards_.front();
  while (!is_stopping_) {
    const auto fd = co_await Listener::Accept(listener);
    if (fd) {
      co_await until_allowed();
      co_await deal(*fd, listener);
    } else if (!is_stopping_) {
      log_warn("Accepting a connection failed", field("listener", listener.listener_name),
               field("error", fd.error().message()));
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

void NetServer::set_socket_options(int fd) const {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  const int bytes = options_.send_buffer_bytes;
  if (bytes > 0) ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

// Hands a new connection to the next shard in turn.
Task<void> NetServer::deal(int fd, const Listener& listener) {
  if (is_stopping_) {
    ::close(fd);
    co_return;
  }
  if (!quota_.opened(listener.peer.host, shards_.front()->clock().now())) {
    log_warn("Refusing connection: too many from this address", field("client", listener.peer.host),
             field("listener", listener.listener_name));
    ::close(fd);
    co_return;
  }
  set_socket_options(fd);
  Session session;
  session.connection_id = connections_made_++;
  session.listener_name = listener.listener_name;
  session.is_controller_listener = listener.is_controller_listener;
  session.client_host = listener.peer.host;
  session.client_port = listener.peer.port;
  session.is_authenticated = true;  // PLAINTEXT is all there is: everybody is ANONYMOUS from the first byte.

  ShardConnections& home = *homes_[session.connection_id % homes_.size()];
  co_await call(home.shard, [this, &home, fd, &session] { return begin_serving(home, fd, std::move(session)); });
}

Task<void> NetServer::begin_serving(ShardConnections& home, int fd, Session session) {
  home.tasks.spawn("connection", serve(home, fd, std::move(session)));
  co_return;
}

Task<void> NetServer::serve(ShardConnections& home, int fd, Session session) {
  const std::string ip = session.client_host;
  {
    Connection connection(begin_request_, std::move(session), plain_transport(home.shard, fd), home.pool, budget_,
                          options_.connection);
    home.open.insert(&connection);
    const Error why = co_await connection.run();
    home.open.erase(&connection);
    log_debug("Connection closed", field("client", ip), field("why", why.message()));
  }
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
  for (const auto& listener : listeners_) {
    Error ignored;
    listener->acceptor.close(ignored);
  }
  for (Completion<bool>* room : std::exchange(waiting_for_room_, {})) room->complete(true);
  co_await accepting_.close();
  for (const auto& home : homes_) {
    ShardConnections* connections = home.get();
    co_await call(connections->shard, [connections] { return connections->close_all(); });
  }
}

}  // namespace muir::server
