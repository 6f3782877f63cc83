#pragma once

#include <array>
#include <memory>

#include "auth/tls/tls_context.h"
#include "server/net/transport.h"
#include "wire/base/bytes.h"

namespace muir::server {

// What the TLS connections of one shard share: memory that each needs only while it is at work.
// Owner: the shard's connections; outlives every transport.
struct TlsWorkbench {
  static constexpr std::size_t kBytes = 64 * 1024;

  OwnedBytes received;  // From the socket, encrypted.
  OwnedBytes plain;     // Pieces and file ranges, before they are encrypted together.
  OwnedBytes sealed;    // Encrypted, on its way to the socket.
};

// TLS over a connected socket; takes it over, non-blocking, on the calling shard.
std::unique_ptr<Transport> tls_transport(Shard& shard, int connected_fd,
                                         std::shared_ptr<const auth::TlsContext> context, TlsWorkbench& bench);

}  // namespace muir::server
