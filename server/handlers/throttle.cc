#include "server/handlers/throttle.h"

#include <algorithm>
#include <limits>

#include "server/handlers/services.h"
#include "server/throttling/client_throttle.h"

namespace muir::server {
namespace {

using Part = ClientThrottle::Part;

// A hundred per cent are one thread.
double percent(std::chrono::nanoseconds spent) { return static_cast<double>(spent.count()) * 100 / 1e9; }

Task<std::int64_t> count_time(RequestContext& ctx) {
  const Part part = ctx.throttle->request();
  if (!part) co_return 0;
  co_return co_await part.record(percent(ctx.throttle->account().take()));
}

Task<std::int64_t> count_bytes(Part part, double bytes) {
  if (!part) co_return 0;
  co_return co_await part.record(bytes);
}

// The longer of two times, because of whichever quota it is.
Task<std::int32_t> hold_up(RequestContext& ctx, std::int64_t time_ms, Part other, std::int64_t other_ms) {
  const std::int64_t throttle_ms = std::max(time_ms, other_ms);
  if (throttle_ms <= 0) co_return 0;
  const Part because = other_ms > time_ms ? other : ctx.throttle->request();
  if (because) co_await because.throttled(throttle_ms);
  Session& session = ctx.session();
  const Instant until = ctx.services().clock.now() + std::chrono::milliseconds(throttle_ms);
  session.muted_until = std::max(session.muted_until, until);
  co_return static_cast<std::int32_t>(std::min<std::int64_t>(throttle_ms, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

Task<std::int32_t> throttle_request(RequestContext& ctx) {
  if (ctx.is_counted) co_return ctx.throttle_time_ms;
  const std::int64_t time_ms = co_await count_time(ctx);
  const Part none;
  co_return co_await hold_up(ctx, time_ms, none, ctx.throttle_time_ms);
}

Task<std::int32_t> throttle_produce(RequestContext& ctx, bool is_answered) {
  const Part part = ctx.throttle->produce();
  const std::int64_t bytes_ms = co_await count_bytes(part, static_cast<double>(ctx.request_bytes));
  std::int64_t time_ms = 0;
  if (is_answered) time_ms = co_await count_time(ctx);
  co_return co_await hold_up(ctx, time_ms, part, bytes_ms);
}

Task<bool> may_answer_fetch(RequestContext& ctx, std::uint64_t response_bytes) {
  ctx.is_counted = true;
  const Part part = ctx.throttle->fetch();
  const auto bytes = static_cast<double>(response_bytes);
  const std::int64_t time_ms = co_await count_time(ctx);
  const std::int64_t bytes_ms = co_await count_bytes(part, bytes);
  ctx.throttle_time_ms = co_await hold_up(ctx, time_ms, part, bytes_ms);
  if (ctx.throttle_time_ms == 0) co_return true;
  if (part) co_await part.take_back(bytes);
  co_return false;
}

std::int64_t fetch_bytes_max(RequestContext& ctx) {
  constexpr std::int64_t kNone = std::numeric_limits<std::int32_t>::max();
  if (ctx.throttle == nullptr || !ctx.throttle->fetch()) return kNone;
  const BrokerConfig& config = ctx.services().config;
  const double windows = static_cast<double>(config.quota_window_num - 1) * config.quota_window_size_seconds;
  const double most = ctx.throttle->fetch().bound * windows;
  return most < static_cast<double>(kNone) ? static_cast<std::int64_t>(most) : kNone;
}

}  // namespace muir::server
