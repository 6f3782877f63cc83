#include "server/quota/quota_sensor.h"

#include <algorithm>
#include <cmath>

namespace muir::server {
namespace {

// Of what is shown and not held against a bound: metrics.num.samples, metrics.sample.window.ms.
constexpr QuotaWindows kMetricWindows{2, 30'000};

}  // namespace

QuotaSensor::QuotaSensor(QuotaEntity entity, QuotaWindows windows, std::int64_t now_ms)
    : entity_(std::move(entity)),
      windows_(windows),
      rate_(is_of_mutations() ? kMetricWindows : windows),
      bucket_(windows),
      throttle_times_(kMetricWindows),
      last_used_ms_(now_ms) {}

void QuotaSensor::Average::record(double value, std::int64_t now_ms) {
  sum_.record(value, now_ms);
  count_.record(1, now_ms);
}

// Both have the same windows, so that it is the sums that are divided.
double QuotaSensor::Average::measure(std::int64_t now_ms) {
  const double count = count_.measure(now_ms);
  return count > 0 ? sum_.measure(now_ms) / count : 0;
}

void QuotaSensor::record_only(double value, double bound, std::int64_t now_ms) {
  bound_ = bound;
  last_used_ms_ = now_ms;
  rate_.record(value, now_ms);
}

std::int64_t QuotaSensor::record(double value, double bound, std::int64_t now_ms) {
  record_only(value, bound, now_ms);
  const std::int64_t throttle_ms = throttle_time_ms(rate_, bound, now_ms);
  return entity_.type == QuotaType::request ? std::min(throttle_ms, windows_.window_ms) : throttle_ms;
}

QuotaSensor::Mutation QuotaSensor::mutate(double permits, Mode mode, double bound, std::int64_t now_ms) {
  bound_ = bound;
  last_used_ms_ = now_ms;
  const auto debt = [&] { return std::max(0.0, -bucket_.tokens(bound, now_ms)); };
  const auto to_pay_ms = [&](double permits_owed) { return std::llround(permits_owed / bound * 1000.0); };
  if (const double owed = debt(); mode == Mode::strict && owed > 0) return {true, to_pay_ms(owed)};
  bucket_.take(permits, bound, now_ms);
  rate_.record(permits, now_ms);
  return {false, mode == Mode::strict ? 0 : to_pay_ms(debt())};
}

void QuotaSensor::throttled(std::int64_t throttle_ms, std::int64_t now_ms) {
  throttle_times_.record(static_cast<double>(throttle_ms), now_ms);
}

QuotaSensor::Metrics QuotaSensor::metrics(std::int64_t now_ms) {
  Metrics metrics{bound_, rate_.measure(now_ms), 0, throttle_times_.measure(now_ms)};
  if (is_of_mutations() && bound_ > 0) metrics.tokens = bucket_.tokens(bound_, now_ms);
  return metrics;
}

}  // namespace muir::server
