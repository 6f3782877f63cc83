#include "server/throttling/quota_share.h"

#include <utility>

#include "server/runtime/log.h"

namespace muir::server {
namespace {

std::int64_t now_ms() {
  const auto since = Shard::current()->clock().now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

Task<std::int64_t> of(std::int64_t value) { co_return value; }

}  // namespace

QuotaSensor& QuotaShare::sensor(std::int64_t now_ms) {
  if (!sensor_) sensor_ = sensors_.get(entity_, now_ms);
  return *sensor_;
}

std::int64_t QuotaShare::record_at_home(Report report) {
  const std::int64_t now = now_ms();
  if (report.asks) return sensor(now).record(report.value, report.bound, now);
  sensor(now).record_only(report.value, report.bound, now);
  return 0;
}

Task<std::int64_t> QuotaShare::report_home(Report report) {
  report.value += std::exchange(unreported_, 0);
  const auto count = [this, report] { return of(record_at_home(report)); };
  co_return co_await call(home_, count);
}

Task<std::int64_t> QuotaShare::record(double value, double bound) {
  last_used_ = Shard::current()->clock().now();
  if (is_at_home()) co_return record_at_home({value, bound, true});
  if (unreported_ + value < lease(bound)) {
    unreported_ += value;
    co_return 0;
  }
  co_return co_await report_home({value, bound, true});
}

Task<void> QuotaShare::take_back(double value, double bound) {
  if (is_at_home()) {
    record_at_home({-value, bound, false});
    co_return;
  }
  static_cast<void>(co_await report_home({-value, bound, false}));
}

void QuotaShare::note_throttled(std::int64_t throttle_ms) {
  const std::int64_t now = now_ms();
  QuotaSensor& whose = sensor(now);
  whose.throttled(throttle_ms, now);
  const auto metrics = whose.metrics(now);
  log_debug("Client is throttled", field("quota", name(entity_.type)), field("user", entity_.user),
            field("client_id", entity_.client_id), field("bound", metrics.bound),
            field(metric_name(entity_.type), metrics.rate), field("throttle-time", metrics.throttle_time),
            field("throttle_time_ms", throttle_ms));
}

Task<void> QuotaShare::throttled(std::int64_t throttle_ms) {
  if (is_at_home()) {
    note_throttled(throttle_ms);
    co_return;
  }
  const auto note = [this, throttle_ms] {
    note_throttled(throttle_ms);
    return of(0);
  };
  static_cast<void>(co_await call(home_, note));
}

}  // namespace muir::server
