#include "server/net/connection_quota.h"

#include "wire/base/check.h"

namespace muir::server {
namespace {

constexpr std::chrono::seconds kWindow{1};

}  // namespace

Instant ConnectionQuota::may_accept_at(Instant now) const {
  if (size_ >= limits_.connections_max) return Instant::max();
  const bool is_same_window = now < window_start_ + kWindow;
  if (is_same_window && opened_in_window_ >= limits_.creation_rate_max) return window_start_ + kWindow;
  return now;
}

std::int32_t ConnectionQuota::limit_of(std::string_view ip) const {
  const auto found = limits_.per_ip_overrides.find(ip);
  return found == limits_.per_ip_overrides.end() ? limits_.connections_per_ip_max : found->second;
}

std::chrono::milliseconds ConnectionQuota::throttle_time(std::string_view ip, Instant now) {
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  return std::chrono::milliseconds(rates_by_ip_.throttle_ms(ip, now_ms));
}

bool ConnectionQuota::opened(std::string_view ip, Instant now) {
  if (now >= window_start_ + kWindow) {
    window_start_ = now;
    opened_in_window_ = 0;
  }
  ++opened_in_window_;
  const auto found = by_ip_.find(ip);
  const std::int32_t present = found == by_ip_.end() ? 0 : found->second;
  if (present >= limit_of(ip)) return false;
  ++by_ip_[std::string(ip)];
  ++size_;
  return true;
}

void ConnectionQuota::closed(std::string_view ip) {
  const auto found = by_ip_.find(ip);
  CHECK(found != by_ip_.end());
  if (--found->second == 0) by_ip_.erase(found);
  --size_;
}

}  // namespace muir::server
