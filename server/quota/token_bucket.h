#pragma once

#include <cstdint>

#include "server/quota/quota_type.h"

namespace muir::server {

// Permits that come in at a rate and are kept for as long as all windows: Kafka's TokenBucket (KIP-599).  Full at
// first.  It may be overdrawn by one request, and is not drawn from until that is paid back.
// Pure; the rate is given anew each time, because it may change.
class TokenBucket {
 public:
  explicit TokenBucket(QuotaWindows windows) : windows_(windows) {}

  double tokens(double rate, std::int64_t now_ms);
  void take(double permits, double rate, std::int64_t now_ms);

 private:
  double capacity(double rate) const { return rate * static_cast<double>(windows_.whole_ms()) / 1000.0; }
  void refill(double rate, std::int64_t now_ms);

  QuotaWindows windows_;
  double tokens_ = 0;
  std::int64_t refilled_ms_ = 0;
  bool is_new_ = true;
};

}  // namespace muir::server
