#include "server/quota/sampled_rate.h"

#include <algorithm>
#include <cmath>

namespace muir::server {

SampledRate::Sample& SampledRate::current(std::int64_t now_ms) {
  if (samples_.empty()) {
    samples_.reserve(static_cast<std::size_t>(windows_.samples) + 1);
    samples_.push_back({now_ms, now_ms, 0});
  }
  return samples_[current_];
}

SampledRate::Sample& SampledRate::advance(std::int64_t now_ms) {
  current_ = (current_ + 1) % (static_cast<std::size_t>(windows_.samples) + 1);
  if (current_ == samples_.size()) samples_.emplace_back();
  return samples_[current_] = {now_ms, now_ms, 0};
}

void SampledRate::record(double value, std::int64_t now_ms) {
  Sample* sample = &current(now_ms);
  if (now_ms - sample->start_ms >= windows_.window_ms) sample = &advance(now_ms);
  sample->value += value;
  sample->last_event_ms = now_ms;
}

void SampledRate::forget_old(std::int64_t now_ms) {
  for (Sample& sample : samples_)
    if (now_ms - sample.last_event_ms >= windows_.whole_ms()) sample = {now_ms, now_ms, 0};
}

std::int64_t SampledRate::span_ms(std::int64_t now_ms) {
  forget_old(now_ms);
  std::int64_t oldest = current(now_ms).start_ms;
  for (const Sample& sample : samples_) oldest = std::min(oldest, sample.start_ms);
  const std::int64_t elapsed = now_ms - oldest;
  const std::int64_t missing = windows_.samples - 1 - elapsed / windows_.window_ms;
  return std::max<std::int64_t>(1, elapsed + std::max<std::int64_t>(0, missing) * windows_.window_ms);
}

double SampledRate::measure(std::int64_t now_ms) {
  forget_old(now_ms);
  double sum = 0;
  for (const Sample& sample : samples_) sum += sample.value;
  return sum / (static_cast<double>(span_ms(now_ms)) / 1000.0);
}

// A rate O over a span W is down to T after a pause X when O * W / (W + X) = T.
std::int64_t throttle_time_ms(SampledRate& rate, double bound, std::int64_t now_ms) {
  const double observed = rate.measure(now_ms);
  if (observed <= bound) return 0;
  return std::llround((observed - bound) / bound * static_cast<double>(rate.span_ms(now_ms)));
}

}  // namespace muir::server
