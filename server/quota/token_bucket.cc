#include "server/quota/token_bucket.h"

#include <algorithm>

namespace muir::server {

void TokenBucket::refill(double rate, std::int64_t now_ms) {
  const double since = static_cast<double>(now_ms - refilled_ms_) / 1000.0;
  tokens_ = is_new_ ? capacity(rate) : std::min(capacity(rate), tokens_ + rate * since);
  is_new_ = false;
  refilled_ms_ = now_ms;
}

double TokenBucket::tokens(double rate, std::int64_t now_ms) {
  refill(rate, now_ms);
  return tokens_;
}

void TokenBucket::take(double permits, double rate, std::int64_t now_ms) {
  refill(rate, now_ms);
  tokens_ = std::min(capacity(rate), tokens_ - permits);
}

}  // namespace muir::server
