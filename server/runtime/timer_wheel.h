#pragma once

#include <array>
#include <coroutine>
#include <cstdint>
#include <optional>

#include "wire/base/clock.h"

namespace muir::server {

class TimerWheel;

// One deadline, embedded in what it bounds.  Arming and cancelling cost a few pointer writes and allocate nothing.
// Owner: whoever embeds it; used only on the wheel's shard.  Destroying it cancels it.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() { cancel(); }

  bool is_armed() const { return wheel_ != nullptr; }
  void cancel();

 protected:
  // The deadline has passed.  May arm itself again, cancel or destroy other timers, or destroy this one.
  virtual void fired() = 0;

 private:
  friend class TimerWheel;
  Timer* next_ = nullptr;
  Timer** previous_link_ = nullptr;  // What points at this timer.
  TimerWheel* wheel_ = nullptr;
  std::uint64_t deadline_tick_ = 0;
};

// All deadlines of one shard: six levels of 64 slots, a slot of the lowest being a millisecond.  A timer sinks a level
// at most six times in its life, so arming, cancelling and firing are O(1) however many there are.  A timer never fires
// early, and late by at most a tick plus the time between two calls of advance().
// Owner: its shard.
class TimerWheel {
 public:
  explicit TimerWheel(Instant start) : start_(start) {}
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  ~TimerWheel();  // Disarms what is left.

  // Arms `timer`, or moves it if it is armed.  A deadline already past fires at the next advance().
  void arm(Timer& timer, Instant deadline);

  // Fires every timer whose deadline is at or before `now`, oldest tick first.
  void advance(Instant now);

  // When advance() must be called next, at the latest; nothing if no timer is armed.  Never later than the earliest
  // deadline, but possibly earlier.
  std::optional<Instant> next() const;

  std::size_t size() const { return size_; }

 private:
  friend class Timer;
  static constexpr int kLevels = 6;
  static constexpr int kSlotBits = 6;
  static constexpr std::uint64_t kSlots = 1 << kSlotBits;
  static constexpr std::uint64_t kHorizonTicks = (std::uint64_t{1} << (kLevels * kSlotBits)) - 1;

  struct Level {
    std::uint64_t occupied = 0;
    std::array<Timer*, kSlots> slots{};
  };

  std::uint64_t to_tick(Instant time) const;
  void insert(Timer& timer);
  void unlink(Timer& timer);
  std::optional<std::uint64_t> next_tick() const;
  void run_tick(std::uint64_t tick);

  Instant start_;
  std::uint64_t current_ = 0;  // Every timer of an earlier tick has fired.
  std::size_t size_ = 0;
  std::array<Level, kLevels> levels_;
};

// `co_await Sleep(wheel, deadline)`: true when the time has come, false if wake() came first.
class Sleep final : public Timer {
 public:
  Sleep(TimerWheel& wheel, Instant deadline) : wheel_of_(wheel), deadline_(deadline) {}

  void wake() { end(false); }

  bool await_ready() const noexcept { return ended_; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    awaiter_ = awaiter;
    wheel_of_.arm(*this, deadline_);
  }
  bool await_resume() const noexcept { return timed_out_; }

 private:
  void fired() override { end(true); }
  void end(bool timed_out);

  TimerWheel& wheel_of_;
  Instant deadline_;
  std::coroutine_handle<> awaiter_;
  bool ended_ = false;
  bool timed_out_ = false;
};

}  // namespace muir::server
