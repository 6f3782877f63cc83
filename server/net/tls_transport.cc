#include "server/net/tls_transport.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <unistd.h>

#include "auth/tls/tls_filter.h"
#include "server/net/errc.h"

namespace muir::server {
namespace {

constexpr std::size_t kHandshakeReadBytes = 16 * 1024;
constexpr std::size_t kLingerBytesMax = 64 * 1024;  // What is still taken from a peer that was turned away.

// The filter between a socket's transport and a connection.  What has been decrypted or received and not yet been taken
// stays here; between requests that is nothing.
class TlsTransport final : public Transport {
 public:
  TlsTransport(std::unique_ptr<Transport> socket, std::shared_ptr<const auth::TlsContext> context, TlsWorkbench& bench)
      : socket_(std::move(socket)), filter_(std::move(context)), bench_(bench) {}

  Task<Result<auth::Principal>> handshake() override {
    auto done = co_await shake_hands();
    if (!done && is_refusal(done.error())) co_await turn_away();
    if (!done) co_return done.error();
    co_return filter_.principal();
  }

  Result<std::size_t> try_read(MutableByteView into) override;
  Result<std::size_t> try_write(std::span<const iovec> pieces) override;
  Result<std::size_t> try_send_file(int fd, std::int64_t position, std::size_t size) override;

  // What is here already is news that the socket has told before.
  Task<Result<>> wait_readable() override {
    if (is_closed_) co_return NetErrc::closed_by_us;
    if (filter_.pending() > 0 || !unread_.empty()) co_return ok();
    co_return co_await socket_->wait_readable();
  }
  Task<Result<>> wait_writable() override { return socket_->wait_writable(); }

  bool is_closed_by_peer() override;
  void close() override;
  std::string failure() const override { return filter_.reason(); }

 private:
  Task<Result<>> shake_hands();
  Task<Result<>> await_more();
  Task<void> turn_away();
  static bool is_refusal(const Error& error) {
    return error == auth::TlsErrc::handshake_failed || error == auth::TlsErrc::unknown_principal;
  }
  Result<ByteView> receive(std::size_t bytes_max);
  Result<std::size_t> seal(std::size_t bytes);
  Result<> flush();
  void flush_what_filter_said();
  void keep(ByteView left) { unread_ = OwnedBytes(left.begin(), left.end()); }

  const std::unique_ptr<Transport> socket_;
  auth::TlsFilter filter_;
  TlsWorkbench& bench_;
  OwnedBytes unread_;  // Received, and not yet looked at by the filter.
  OwnedBytes unsent_;  // Sealed, and not yet taken by the system: from unsent_from_ on.
  std::size_t unsent_from_ = 0;
  std::size_t owed_ = 0;  // So much plain text stands in unsent_ that the caller believes unsent.
  bool is_closed_ = false;
};

// From the socket into the shard's memory: what is left of it belongs to keep().
Result<ByteView> TlsTransport::receive(std::size_t bytes_max) {
  if (bench_.received.empty()) bench_.received.resize(TlsWorkbench::kBytes);
  const auto count =
      socket_->try_read(MutableByteView(bench_.received).first(std::min(bytes_max, TlsWorkbench::kBytes)));
  if (!count) return count.error();
  return ByteView(bench_.received).first(*count);
}

// Sends what is sealed.  The memory goes back to the bench when all of it has gone.
Result<> TlsTransport::flush() {
  while (unsent_from_ < unsent_.size()) {
    const iovec piece{unsent_.data() + unsent_from_, unsent_.size() - unsent_from_};
    const auto taken = socket_->try_write({&piece, 1});
    if (!taken) return taken.error();
    unsent_from_ += *taken;
  }
  unsent_.clear();
  unsent_from_ = 0;
  if (unsent_.capacity() > bench_.sealed.capacity()) std::swap(unsent_, bench_.sealed);
  unsent_ = {};
  return ok();
}

Task<Result<>> TlsTransport::await_more() {
  const auto sent = flush();
  if (!sent && sent.error() != NetErrc::would_block) co_return sent.error();
  // A peer that does not take our part of the handshake is not listened to.
  if (!sent) co_return co_await socket_->wait_writable();
  co_return co_await socket_->wait_readable();
}

Task<Result<>> TlsTransport::shake_hands() {
  for (;;) {
    const auto more = co_await await_more();
    if (!more) co_return more.error();
    co_await NextPiece(NextPiece::Line::strangers);  // A signature costs a hundred times what a small request does.
    if (is_closed_) co_return NetErrc::closed_by_us;
    const auto received = receive(kHandshakeReadBytes);
    if (!received && received.error() == NetErrc::would_block) continue;
    if (!received) co_return received.error();
    ByteView in = *received;
    const auto done = filter_.handshake(in, unsent_);
    keep(in);
    if (!done) co_return done.error();
    if (*done == auth::TlsFilter::Progress::needs_more) continue;
    const auto sent = flush();
    if (!sent && sent.error() != NetErrc::would_block) co_return sent.error();
    co_return ok();
  }
}

// The alert says why; it would be lost if we closed with bytes of the peer unread, for that resets the connection.  So
// the peer is heard out, within bounds; the connection's deadline bounds the time.
Task<void> TlsTransport::turn_away() {
  std::size_t heard = 0;
  static_cast<void>(flush());
  socket_->end_sending();
  while (heard < kLingerBytesMax) {
    const auto received = receive(kHandshakeReadBytes);
    if (received) {
      heard += received->size();
    } else if (received.error() != NetErrc::would_block) {
      co_return;
    } else {
      const auto more = co_await socket_->wait_readable();
      if (!more) co_return;
    }
  }
}

Result<std::size_t> TlsTransport::try_read(MutableByteView into) {
  if (is_closed_) return NetErrc::closed_by_us;
  const OwnedBytes held = std::exchange(unread_, {});
  ByteView in = held;
  std::size_t done = 0;
  for (;;) {
    const auto count = filter_.decrypt(in, into.subspan(done), unsent_);
    if (!count && done == 0 && count.error() == auth::TlsErrc::closed) return NetErrc::closed_by_peer;
    if (!count && done == 0) return count.error();
    if (!count) break;
    done += *count;
    if (done == into.size()) break;
    const auto received = receive(into.size() - done);
    if (!received && done == 0) {
      flush_what_filter_said();
      return received.error();
    }
    if (!received) break;
    in = *received;
  }
  keep(in);
  flush_what_filter_said();
  return done;
}

// An answer to a change of keys, or the refusal of a new handshake; nothing of ours hangs on it.
void TlsTransport::flush_what_filter_said() {
  if (!unsent_.empty() && owed_ == 0) static_cast<void>(flush());
}

// Encrypts the first `bytes` of the bench's plain memory and sends them.  A caller is told of them when all have gone:
// until then it comes again with the same bytes, which are not looked at.
Result<std::size_t> TlsTransport::seal(std::size_t bytes) {
  if (is_closed_) return NetErrc::closed_by_us;
  if (owed_ == 0) {
    const auto before = flush();
    if (!before) return before.error();
    unsent_ = std::exchange(bench_.sealed, {});
    const auto sealed = filter_.encrypt(ByteView(bench_.plain).first(bytes), unsent_);
    if (!sealed) return sealed.error();
    owed_ = bytes;
  }
  const auto sent = flush();
  if (!sent) return sent.error();
  return std::exchange(owed_, 0);
}

Result<std::size_t> TlsTransport::try_write(std::span<const iovec> pieces) {
  if (owed_ > 0) return seal(0);
  bench_.plain.resize(TlsWorkbench::kBytes);
  std::size_t bytes = 0;
  for (const iovec& piece : pieces) {
    const std::size_t part = std::min(piece.iov_len, TlsWorkbench::kBytes - bytes);
    if (part > 0) std::memcpy(bench_.plain.data() + bytes, piece.iov_base, part);
    bytes += part;
    if (bytes == TlsWorkbench::kBytes) break;
  }
  return seal(bytes);
}

Result<std::size_t> TlsTransport::try_send_file(int fd, std::int64_t position, std::size_t size) {
  if (owed_ > 0) return seal(0);
  bench_.plain.resize(TlsWorkbench::kBytes);
  for (;;) {
    const ssize_t count = ::pread(fd, bench_.plain.data(), std::min(size, TlsWorkbench::kBytes), position);
    if (count > 0) return seal(static_cast<std::size_t>(count));
    if (count == 0) return NetErrc::file_ended;
    if (errno != EINTR) return last_system_error();
  }
}

// The peer's goodbye is a record like others, so what is here has to be looked at.
bool TlsTransport::is_closed_by_peer() {
  if (is_closed_) return true;
  const OwnedBytes held = std::exchange(unread_, {});
  ByteView in = held;
  for (;;) {
    const auto is_there = filter_.look_for_plaintext(in, unsent_);
    if (!is_there) return true;
    if (*is_there == auth::TlsFilter::Progress::done) {
      keep(in);
      return false;
    }
    const auto received = receive(kHandshakeReadBytes);
    if (!received) return received.error() != NetErrc::would_block;
    in = *received;
  }
}

void TlsTransport::close() {
  if (std::exchange(is_closed_, true)) return;
  if (owed_ == 0) {  // Else a goodbye in the middle of an answer would be taken for its end.
    filter_.close(unsent_);
    static_cast<void>(flush());
  }
  unsent_ = {};
  unread_ = {};
  socket_->close();
}

}  // namespace

std::unique_ptr<Transport> tls_transport(Shard& shard, int connected_fd,
                                         std::shared_ptr<const auth::TlsContext> context, TlsWorkbench& bench) {
  return std::make_unique<TlsTransport>(plain_transport(shard, connected_fd), std::move(context), bench);
}

}  // namespace muir::server
