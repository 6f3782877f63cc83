#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>

#include <boost/intrusive/list.hpp>

#include "server/runtime/cpu_account.h"
#include "wire/base/clock.h"

namespace muir::server {

class Shard;

// `co_await NextPiece()`: work that would hold up a shard if it were done at once goes on when it is its turn (ADR
// 102). At the end of each loop turn one piece is done of all the work that waits, the oldest first.  So whoever comes
// with a small request waits for one piece at most, however many others came with large ones.  A piece is some 100
// microseconds.  On a thread that is no shard's it goes on at once: there nobody waits for it.
// Owner: the coroutine that awaits it, which is not destroyed meanwhile; used only on its shard.
class NextPiece final : public boost::intrusive::list_base_hook<> {
 public:
  // The work of strangers, which is their handshakes, waits in a line of its own: where both wait they take turns, so
  // that no number of strangers keeps a large request of somebody who is known waiting for more than twice as long.
  enum class Line { known, strangers };
  static constexpr std::size_t kLines = 2;

  explicit NextPiece(Line line = Line::known);
  bool await_ready() const noexcept { return shard_ == nullptr; }
  void await_suspend(std::coroutine_handle<> awaiter) noexcept;
  void await_resume() const noexcept {}

 private:
  friend class Shard;
  void go_on();

  Shard* const shard_;
  CpuAccount* const account_ = CpuAccount::current();  // Who pays goes on paying.
  const Line line_;
  std::coroutine_handle<> awaiter_;
};

// How long a coroutine has worked without a break:  if (pace.is_over(1)) co_await pace.next();
// Who does little never looks at the clock.
class WorkPace {
 public:
  static constexpr std::chrono::microseconds kPieceMax{100};

  // So many more things were done, of those that take a microsecond or so: whether that is enough for this piece.
  bool is_over(std::size_t things) {
    done_ += things;
    return done_ >= kThingsPerLook && is_long_since_began();
  }

  NextPiece next() {
    began_ = {};
    ++pauses_;
    return NextPiece();
  }

  // How many pieces there were before this one.
  std::size_t pauses() const { return pauses_; }

 private:
  static constexpr std::size_t kThingsPerLook = 32;

  bool is_long_since_began();

  Instant began_{};  // When the clock was first looked at in this piece.
  std::size_t done_ = 0;
  std::size_t pauses_ = 0;
};

}  // namespace muir::server
