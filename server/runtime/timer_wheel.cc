#include "server/runtime/timer_wheel.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "server/runtime/cpu_account.h"
#include "wire/base/check.h"

namespace muir::server {
namespace {

constexpr std::chrono::milliseconds kTick{1};

}  // namespace

void Timer::cancel() {
  if (wheel_ != nullptr) wheel_->unlink(*this);
}

TimerWheel::~TimerWheel() {
  for (Level& level : levels_) {
    for (Timer*& slot : level.slots) {
      while (slot != nullptr) unlink(*slot);
    }
  }
}

// Rounded up, so that no timer fires early.
std::uint64_t TimerWheel::to_tick(Instant time) const {
  if (time <= start_) return 0;
  return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(time - start_) / kTick);
}

void TimerWheel::arm(Timer& timer, Instant deadline) {
  timer.cancel();
  // What lies beyond the wheel's two years sinks to its end first and is inserted again from there.
  timer.deadline_tick_ = std::max(to_tick(deadline), current_ + 1);
  insert(timer);
}

void TimerWheel::insert(Timer& timer) {
  const std::uint64_t tick = std::min(timer.deadline_tick_, current_ + kHorizonTicks);
  // The level is the highest group of bits in which the deadline differs from now.
  const std::uint64_t different = (tick ^ current_) | 1;
  const int level_index = std::min((63 - std::countl_zero(different)) / kSlotBits, kLevels - 1);
  Level& level = levels_[level_index];
  const std::uint64_t slot = tick >> (level_index * kSlotBits) & (kSlots - 1);

  Timer*& head = level.slots[slot];
  timer.next_ = head;
  timer.previous_link_ = &head;
  if (head != nullptr) head->previous_link_ = &timer.next_;
  head = &timer;
  level.occupied |= std::uint64_t{1} << slot;
  timer.wheel_ = this;
  ++size_;
}

void TimerWheel::unlink(Timer& timer) {
  *timer.previous_link_ = timer.next_;
  if (timer.next_ != nullptr) timer.next_->previous_link_ = timer.previous_link_;
  timer.next_ = nullptr;
  timer.previous_link_ = nullptr;
  timer.wheel_ = nullptr;
  --size_;  // An empty slot keeps its bit until its tick comes: an early wake-up, not a late one.
}

// The first tick at which a slot with its bit set begins.
std::optional<std::uint64_t> TimerWheel::next_tick() const {
  std::optional<std::uint64_t> earliest;
  for (int i = 0; i < kLevels; ++i) {
    const Level& level = levels_[i];
    if (level.occupied == 0) continue;
    const int shift = i * kSlotBits;
    const std::uint64_t position = current_ >> shift & (kSlots - 1);
    // Slots behind the position belong to the next turn of the level.
    const int distance = std::countr_zero(std::rotr(level.occupied, static_cast<int>(position)));
    const std::uint64_t tick = ((current_ >> shift) + static_cast<std::uint64_t>(distance)) << shift;
    if (!earliest || tick < *earliest) earliest = tick;
  }
  if (earliest) earliest = std::max(*earliest, current_ + 1);
  return earliest;
}

std::optional<Instant> TimerWheel::next() const {
  if (size_ == 0) return std::nullopt;
  const auto tick = next_tick();
  if (!tick) return std::nullopt;
  return start_ + kTick * static_cast<std::int64_t>(*tick);
}

// Takes every slot that begins at `tick`, highest level first: timers sink to their own tick, or fire.
void TimerWheel::run_tick(std::uint64_t tick) {
  current_ = tick;
  for (int i = kLevels - 1; i >= 0; --i) {
    const int shift = i * kSlotBits;
    if (tick & ((std::uint64_t{1} << shift) - 1)) continue;
    Level& level = levels_[i];
    const std::uint64_t slot = tick >> shift & (kSlots - 1);
    level.occupied &= ~(std::uint64_t{1} << slot);
    Timer* due = std::exchange(level.slots[slot], nullptr);
    if (due != nullptr) due->previous_link_ = &due;
    while (due != nullptr) {
      Timer& timer = *due;
      unlink(timer);
      if (timer.deadline_tick_ > tick) {
        insert(timer);
      } else {
        timer.fired();
        CpuAccount::leave();
      }
    }
  }
}

void TimerWheel::advance(Instant now) {
  // Rounded down: a tick has come when all of it has passed.
  const std::uint64_t target =
      now <= start_ ? 0
                    : static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(now - start_) / kTick);
  while (current_ < target) {
    const auto tick = next_tick();
    if (!tick || *tick > target) {
      current_ = target;
      return;
    }
    run_tick(*tick);
  }
}

void Sleep::end(bool timed_out) {
  if (ended_) return;
  ended_ = true;
  timed_out_ = timed_out;
  cancel();
  if (const auto awaiter = std::exchange(awaiter_, {})) awaiter.resume();
}

}  // namespace muir::server
