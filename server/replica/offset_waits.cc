#include "server/replica/offset_waits.h"

#include <limits>
#include <utility>

namespace muir::server {

Task<bool> OffsetWaits::wait(TimerWheel& timers, Offset offset, Instant deadline) {
  Sleep sleep(timers, deadline);
  const auto entry = waits_.emplace(offset, &sleep);
  const bool timed_out = co_await sleep;
  if (timed_out) waits_.erase(entry);  // Otherwise whoever woke it has taken it out.
  co_return !timed_out;
}

void OffsetWaits::wake_up_to(Offset reached) {
  auto due = std::multimap<Offset, Sleep*>{};
  while (!waits_.empty() && waits_.begin()->first <= reached) due.insert(waits_.extract(waits_.begin()));
  waking_.merge(due);
  while (!waking_.empty()) waking_.extract(waking_.begin()).mapped()->wake();
}

void OffsetWaits::wake_all() { wake_up_to(Offset{std::numeric_limits<std::int64_t>::max()}); }

}  // namespace muir::server
