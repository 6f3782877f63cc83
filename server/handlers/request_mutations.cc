#include "server/handlers/request_mutations.h"

#include <algorithm>

#include "server/handlers/services.h"

namespace muir::server {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

RequestMutations::RequestMutations(RequestContext& ctx, std::int16_t strict_since)
    : quotas_(ctx.services().quotas),
      limit_(ctx.throttle == nullptr ? std::nullopt : ctx.throttle->mutations()),
      mode_(ctx.api_version >= strict_since ? QuotaSensor::Mode::strict : QuotaSensor::Mode::permissive) {}

bool RequestMutations::charge(std::int64_t partitions) {
  if (!limit_) return true;
  const Instant now = Shard::current()->clock().now();
  const std::int64_t now_ms = duration_cast<milliseconds>(now.time_since_epoch()).count();
  const auto sensor = quotas_->mutation_sensors().get(limit_->entity, now_ms);
  const auto mutation = sensor->mutate(static_cast<double>(partitions), mode_, limit_->bound, now_ms);
  if (mutation.throttle_ms > 0) {
    throttle_ms_ = mutation.throttle_ms;
    charged_at_ = now;
    sensor->throttled(throttle_ms_, now_ms);
  }
  return !mutation.is_refused;
}

std::int64_t RequestMutations::throttle_ms(Instant now) const {
  return std::max<std::int64_t>(0, throttle_ms_ - duration_cast<milliseconds>(now - charged_at_).count());
}

}  // namespace muir::server
