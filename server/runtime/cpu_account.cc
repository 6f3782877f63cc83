#include "server/runtime/cpu_account.h"

#include <ctime>

namespace muir::server {
namespace {

// Not the wall clock: a thread that has to wait for a processor spends nothing.
std::int64_t thread_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

void CpuAccount::charge(std::int64_t now_ns) {
  spent_ns_.fetch_add(now_ns - since_ns_, std::memory_order_relaxed);
  since_ns_ = now_ns;
}

void CpuAccount::change_to(CpuAccount* account) {
  const std::int64_t now_ns = thread_ns();
  if (current_ != nullptr) current_->charge(now_ns);
  current_ = account;
  since_ns_ = now_ns;
}

std::chrono::nanoseconds CpuAccount::take() {
  if (current_ == this) charge(thread_ns());
  return std::chrono::nanoseconds(spent_ns_.exchange(0, std::memory_order_relaxed));
}

}  // namespace muir::server
