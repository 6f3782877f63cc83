#include "server/fetching/fetch_cancellation.h"

namespace muir::server {
namespace {

Task<void> cancel_there(std::shared_ptr<FetchWait> wait) {
  wait->cancel();
  co_return;
}

Task<void> cancel_from_here(Shard& there, std::shared_ptr<FetchWait> wait) {
  co_await call(there, [&wait] { return cancel_there(wait); });
}

}  // namespace

void FetchCancellation::cancel() {
  is_cancelled_ = true;
  const auto wait = std::exchange(wait_, nullptr);
  if (wait == nullptr) return;
  if (shard_ == Shard::current()) {
    wait->cancel();
  } else {
    Shard::current()->tasks().spawn("cancel fetch", cancel_from_here(*shard_, wait));
  }
}

}  // namespace muir::server
