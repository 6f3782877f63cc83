#pragma once

#include "auth/tls/openssl_handles.h"
#include "server/client/client_error.h"
#include "server/client/socket.h"
#include "wire/base/bytes.h"

namespace muir::server {

// A connection's bytes, in the clear or through TLS.  Its calls wait until stop_waiting() says otherwise.  Owner: one
// thread.
class Stream {
 public:
  // `tls`: on that socket, with its handshake done; null in the clear.
  Stream(Socket socket, auth::SslPtr tls) : socket_(std::move(socket)), tls_(std::move(tls)) {}

  ClientResult<> stop_waiting();

  // How many bytes have gone: all; without waiting perhaps fewer, or none.
  ClientResult<std::size_t> send(ByteView bytes);

  // How many bytes came: as many as asked for; without waiting fewer, once no more are there.  Fails when the other
  // side has closed.
  ClientResult<std::size_t> receive(MutableByteView bytes);

  // Nothing has come, the end neither.
  bool is_quiet() const;

  int fd() const { return socket_.fd(); }
  SSL* tls() const { return tls_.get(); }

 private:
  ClientResult<std::size_t> send_some(ByteView bytes);
  ClientResult<std::size_t> receive_some(MutableByteView bytes);

  Socket socket_;
  auth::SslPtr tls_;  // Behind socket_: it goes first.
  bool waits_ = true;
};

}  // namespace muir::server
