#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "server/net/errc.h"
#include "server/net/transport.h"
#include "server/runtime/shard.h"

namespace muir::server {

// For tests: the other end of a connection, which sends, takes and goes when the test says so.  Waits end at the end of
// a loop turn, as those of a socket end in a later one.
class PeerByHand final : public Transport, private TurnEnd {
 public:
  explicit PeerByHand(Shard& shard) : shard_(shard) {}
  ~PeerByHand() override { shard_.forget(*this); }

  void send(std::string_view bytes) { sent_ += bytes, shard_.at_turn_end(*this); }
  void go() { has_gone_ = true, shard_.at_turn_end(*this); }
  // Takes `bytes` more of what we write, not more than `at_once` with one call.
  void take(std::size_t bytes, std::size_t at_once) { room_ = bytes, at_once_ = at_once, shard_.at_turn_end(*this); }

  const std::string& received() const { return received_; }
  bool is_closed() const { return is_closed_; }

  Result<std::size_t> try_read(MutableByteView into) override {
    if (is_closed_) return NetErrc::closed_by_us;
    if (sent_.empty()) return has_gone_ ? NetErrc::closed_by_peer : NetErrc::would_block;
    const std::size_t count = std::min(into.size(), sent_.size());
    std::memcpy(into.data(), sent_.data(), count);
    sent_.erase(0, count);
    return count;
  }

  Result<std::size_t> try_write(std::span<const iovec> pieces) override {
    std::string bytes;
    for (const iovec& piece : pieces) bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    return accept(std::move(bytes));
  }

  Result<std::size_t> try_send_file(int fd, std::int64_t position, std::size_t size) override {
    std::string bytes(size, '\0');
    const ssize_t count = ::pread(fd, bytes.data(), size, position);
    if (count <= 0) return NetErrc::file_ended;
    bytes.resize(static_cast<std::size_t>(count));
    return accept(std::move(bytes));
  }

  Task<Result<>> wait_readable() override {
    while (!is_closed_ && sent_.empty() && !has_gone_) co_await next_event();
    co_return is_closed_ ? Result<>(NetErrc::closed_by_us) : ok();
  }
  Task<Result<>> wait_writable() override {
    while (!is_closed_ && room_ == 0) co_await next_event();
    co_return is_closed_ ? Result<>(NetErrc::closed_by_us) : ok();
  }
  bool is_closed_by_peer() override { return has_gone_ && sent_.empty(); }
  void close() override { is_closed_ = true, shard_.at_turn_end(*this); }

 private:
  Result<std::size_t> accept(std::string bytes) {
    if (is_closed_) return NetErrc::closed_by_us;
    const std::size_t count = std::min({bytes.size(), room_, at_once_});
    if (count == 0) return NetErrc::would_block;
    received_.append(bytes, 0, count);
    room_ -= count;
    return count;
  }

  Task<void> next_event() {
    Completion<bool> event;
    waiting_.push_back(&event);
    co_await event;
  }

  void turn_ended() override {
    for (Completion<bool>* event : std::exchange(waiting_, {})) event->complete(true);  // This may end with them.
  }

  Shard& shard_;
  std::string sent_;
  std::string received_;
  std::size_t room_ = SIZE_MAX;
  std::size_t at_once_ = SIZE_MAX;
  bool has_gone_ = false;
  bool is_closed_ = false;
  std::vector<Completion<bool>*> waiting_;
};

// Runs `work` on a shard that a test drives, and then whatever follows from it without time passing.
inline void run_on(Shard& shard, const std::function<void()>& work) {
  struct Run final : Message {
    const std::function<void()>* work = nullptr;
    void run() override { (*work)(); }
  } message;
  message.work = &work;
  shard.send(message);
  while (shard.run_turn()) {
  }
}

inline void run_turns(Shard& shard) {
  run_on(shard, [] {});
}

}  // namespace muir::server
