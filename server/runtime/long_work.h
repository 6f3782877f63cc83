#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>

#include <boost/intrusive/list.hpp>

#include "server/runtime/cpu_account.h"
#include "wire/base/clock.h"

namespace muir::server {

class Shard;

// Work that would hold up a shard if it were done at once, and is done in pieces instead: at the end of each loop turn
// one piece of all the work that waits, the oldest first (ADR 102).  So whoever comes with a small request waits for
// one piece at most, however many others came with large ones. A piece is some 100 microseconds, and asks for the next
// one if there is more.  Owner: whoever embeds it; used only on its shard.
class LongWork : public boost::intrusive::list_base_hook<> {
 public:
  virtual void next_piece() = 0;

 protected:
  ~LongWork() = default;
};

// `co_await NextPiece()`: the caller goes on when it is its turn.  On a thread that is no shard's it goes on at once:
// there nobody waits for it.
class NextPiece final : private LongWork {
 public:
  NextPiece();
  bool await_ready() const noexcept { return shard_ == nullptr; }
  void await_suspend(std::coroutine_handle<> awaiter) noexcept;
  void await_resume() const noexcept {}

 private:
  void next_piece() override;

  Shard* const shard_;
  CpuAccount* const account_ = CpuAccount::current();  // Who pays goes on paying.
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
    return {};
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
