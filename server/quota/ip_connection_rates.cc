#include "server/quota/ip_connection_rates.h"

#include <algorithm>

namespace muir::server {

std::int32_t IpConnectionRates::of(std::string_view ip) const {
  const auto found = of_ip.find(ip);
  return found == of_ip.end() ? of_any : found->second;
}

std::int64_t IpConnectionCounts::throttle_ms(std::string_view ip, std::int64_t now_ms) {
  const std::int32_t bound = rates_.of(ip);
  if (bound == INT32_MAX) return 0;
  Count& count = count_of(ip, now_ms);
  count.last_used_ms = now_ms;
  count.rate.record(1, now_ms);
  const std::int64_t throttle_ms = throttle_time_ms(count.rate, bound, now_ms);
  if (throttle_ms <= 0) return 0;
  count.rate.record(-1, now_ms);
  return std::min(throttle_ms, windows_.window_ms);
}

IpConnectionCounts::Count& IpConnectionCounts::count_of(std::string_view ip, std::int64_t now_ms) {
  const auto found = counts_.find(std::string(ip));
  if (found != counts_.end()) return found->second;
  if (counts_.size() >= addresses_max_ && now_ms >= looked_ms_ + windows_.window_ms) {
    looked_ms_ = now_ms;
    std::erase_if(counts_, [&](const auto& item) { return now_ms - item.second.last_used_ms >= windows_.whole_ms(); });
  }
  const std::string whose = counts_.size() < addresses_max_ ? std::string(ip) : "";
  return counts_.try_emplace(whose, Count{SampledRate(windows_), now_ms}).first->second;
}

}  // namespace muir::server
