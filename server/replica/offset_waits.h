#pragma once

#include <map>

#include "server/runtime/timer_wheel.h"
#include "wire/base/ids.h"
#include "wire/base/task.h"

namespace muir::server {

// Coroutines that wait until an offset of one partition (its high or low watermark) has been reached.
// Owner: the Partition, which outlives every wait; used on its shard only.
class OffsetWaits {
 public:
  // Ends when somebody wakes it, true, or at the deadline, false.  Which of the watermark, a new leader or the end of
  // the partition woke it, the caller asks the partition.
  Task<bool> wait(TimerWheel& timers, Offset offset, Instant deadline);

  // Those that wait for `reached` or less; a wait that begins meanwhile is for the next call.
  void wake_up_to(Offset reached);
  void wake_all();

  std::size_t size() const { return waits_.size(); }

 private:
  std::multimap<Offset, Sleep*> waits_;   // The sleeps stand in the frames of wait().
  std::multimap<Offset, Sleep*> waking_;  // Taken out, to be woken; a woken one may call in again.
};

}  // namespace muir::server
