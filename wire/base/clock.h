#pragma once

#include <chrono>
#include <cstdint>

namespace muir {

// Milliseconds since the Unix epoch: what records, files and the wire carry.  May jump; never used to measure.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

// A point in time that only moves forward: what deadlines and time-outs are made of.
using Instant = std::chrono::steady_clock::time_point;

inline constexpr std::int64_t kNoTimestamp = -1;

inline std::int64_t to_millis(Timestamp time) { return time.time_since_epoch().count(); }

// Time comes in through constructors, so that a test can be the world.  Used from any shard.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp wall() const = 0;
  virtual Instant now() const = 0;

  std::int64_t wall_ms() const { return to_millis(wall()); }
};

// The machine's clocks.
const Clock& system_clock();

// A clock that moves when a test says so.
class ManualClock : public Clock {
 public:
  explicit ManualClock(std::int64_t wall_ms = 1'700'000'000'000) : wall_{std::chrono::milliseconds{wall_ms}} {}
  Timestamp wall() const override { return wall_; }
  Instant now() const override { return now_; }
  void advance(std::chrono::milliseconds by) { wall_ += by, now_ += by; }

 private:
  Timestamp wall_;
  Instant now_{std::chrono::hours{1}};
};

}  // namespace muir
