#include "server/runtime/scheduling.h"

#include <cstdint>

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace muir::server {
namespace {

// As the kernel takes it (sched_setattr(2)); Debian 12's C library has no name for it.
struct SchedulingAttributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime_ns;
  std::uint64_t deadline_ns;
  std::uint64_t period_ns;
};

constexpr std::uint64_t kShortSliceNs = 1'000'000;
constexpr int kNiceness = 10;  // On top of that of the process.

id_t this_thread() { return static_cast<id_t>(::gettid()); }

bool is_ordinary() { return ::sched_getscheduler(0) == SCHED_OTHER; }

}  // namespace

void ask_for_short_slices() {
  if (!is_ordinary()) return;
  SchedulingAttributes attributes{};
  attributes.size = sizeof attributes;
  attributes.nice = ::getpriority(PRIO_PROCESS, this_thread());
  attributes.runtime_ns = kShortSliceNs;
  static_cast<void>(::syscall(SYS_sched_setattr, 0, &attributes, 0));
}

void stand_back() {
  if (!is_ordinary()) return;
  const sched_param none{};
  ::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none);
  ::setpriority(PRIO_PROCESS, this_thread(), ::getpriority(PRIO_PROCESS, this_thread()) + kNiceness);
}

}  // namespace muir::server
