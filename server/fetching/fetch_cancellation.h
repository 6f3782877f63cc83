#pragma once

#include <memory>

#include "server/fetching/fetch_wait.h"
#include "server/runtime/shard.h"

namespace muir::server {

// How a connection that closes ends the fetch it has begun: whoever waits for bytes stops waiting, with
// fetch_cancelled. Owner: the handler of the request; used on the connection's shard.
class FetchCancellation {
 public:
  // Cancelling before the fetch began, after it ended, or twice is fine.
  void cancel();
  bool is_cancelled() const { return is_cancelled_; }

 private:
  friend class Fetcher;
  bool is_cancelled_ = false;
  Shard* shard_ = nullptr;  // Where the fetch runs.
  std::shared_ptr<FetchWait> wait_;
};

}  // namespace muir::server
