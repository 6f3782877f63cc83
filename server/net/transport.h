#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <sys/uio.h>

#include "server/runtime/shard.h"
#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/base/task.h"

namespace muir::server {

// The bytes of one connection, in the clear whatever travels below: plain TCP now, TLS behind the same seam later.
// try_* never wait: they move what can be moved now.  Owner: a Connection, on its shard.
class Transport {
 public:
  virtual ~Transport() = default;

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
