#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <sys/uio.h>

#include "auth/acl/principal.h"
#include "server/runtime/shard.h"
#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/base/task.h"

namespace muir::server {

// The bytes of one connection, in the clear whatever travels below: plain TCP, or TLS (tls_transport.h).
// try_* never wait: they move what can be moved now.  Owner: a Connection, on its shard.
class Transport {
 public:
  virtual ~Transport() = default;

  // What comes before the first byte, and whom the peer has proved to speak for by it.  Called once, before the rest.
  virtual Task<Result<auth::Principal>> handshake() { co_return auth::Principal{}; }

  // More about why the handshake or the connection failed, for the log; empty if there is nothing to say.
  virtual std::string failure() const { return {}; }

  // How many bytes were read, more than 0; Errc::would_block if none are here; Errc::closed_by_peer at the end.
  virtual Result<std::size_t> try_read(MutableByteView into) = 0;

  // How many bytes the system took; Errc::would_block if none.
  virtual Result<std::size_t> try_write(std::span<const iovec> pieces) = 0;

  // How many bytes of the open file `fd` from `position` the system took; Errc::would_block if none.
  // Errc::file_ended if the file is shorter than that.
  virtual Result<std::size_t> try_send_file(int fd, std::int64_t position, std::size_t size) = 0;

  // Fail with an error when the transport was closed meanwhile.
  virtual Task<Result<>> wait_readable() = 0;
  virtual Task<Result<>> wait_writable() = 0;

  // The peer has ended its side, and nothing that it sent is left to be read.
  virtual bool is_closed_by_peer() = 0;

  // The peer learns that nothing more comes from us, and may still be read.
  virtual void end_sending() {}

  // Ends every wait.  Later calls fail.
  virtual void close() = 0;
};

// A connected socket; takes it over, non-blocking, on the calling shard.
std::unique_ptr<Transport> plain_transport(Shard& shard, int connected_fd);

// Where the other end is.
struct PeerAddress {
  std::string host;
  std::uint16_t port = 0;
};

}  // namespace muir::server
