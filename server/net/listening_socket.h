#pragma once

#include <cstdint>
#include <string>

#include "server/config/endpoint.h"
#include "server/net/transport.h"
#include "server/runtime/socket_poll.h"
#include "wire/base/result.h"
#include "wire/base/task.h"

namespace muir::server {

// A port that clients connect to.  Owner: the NetServer, on its first shard.
class ListeningSocket {
 public:
  struct Options {
    std::int32_t backlog = 50;               // socket.listen.backlog.size
    std::int32_t receive_buffer_bytes = -1;  // socket.receive.buffer.bytes; -1: the system's.
  };

  // Binds and listens; an endpoint without a host means every interface, IPv4 and IPv6.  A host name is looked up,
  // which may take its time.  Fails with the system's error, e.g. address in use; address_not_available if nobody knows
  // the host.
  static Result<int> open(const Endpoint& endpoint, const Options& options);

  // Takes over what open() yielded.
  ListeningSocket(SocketPoll& poll, int fd) : socket_(poll, fd) {}

  struct Accepted {
    int fd = -1;
    PeerAddress peer;
  };
  // The next connection, non-blocking.  Fails with closed_by_us, or when the system has no descriptors or memory left.
  Task<Result<Accepted>> accept();

  // The port that the system chose, if the endpoint's was 0.
  static Result<std::uint16_t> port_of(int fd);

  void close() { socket_.close(); }

 private:
  Result<Accepted> try_accept();

  WatchedSocket socket_;
};

}  // namespace muir::server
