#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/quota/sampled_rate.h"

namespace muir::server {

// How many connections a second may be made from an address (KIP-612).
struct IpConnectionRates {
  std::map<std::string, std::int32_t, std::less<>> of_ip;  // By address, as a PeerAddress has it.
  std::int32_t of_any = INT32_MAX;                         // Of those that have none of their own.

  std::int32_t of(std::string_view ip) const;
  bool operator==(const IpConnectionRates&) const = default;
};

// Counts the connections of each address.  Addresses without a limit are not counted; of the others at most
// `addresses_max` are known at once, and what comes beyond shares one count.
// Pure.  Owner: the ConnectionQuota.
class IpConnectionCounts {
 public:
  static constexpr std::size_t kAddressesMax = 10'000;

  explicit IpConnectionCounts(QuotaWindows windows, std::size_t addresses_max = kAddressesMax)
      : windows_(windows), addresses_max_(addresses_max) {}

  void set_rates(IpConnectionRates rates) { rates_ = std::move(rates); }

  // A connection has come.  0: it may be served, and counts.  Else it may not and does not, and is to be closed after
  // so many milliseconds, one window at most, so that its client does not come again at once.
  std::int64_t throttle_ms(std::string_view ip, std::int64_t now_ms);

  std::size_t size() const { return counts_.size(); }

 private:
  struct Count {
    SampledRate rate;
    std::int64_t last_used_ms = 0;
  };

  Count& count_of(std::string_view ip, std::int64_t now_ms);

  const QuotaWindows windows_;
  const std::size_t addresses_max_;
  IpConnectionRates rates_;
  std::unordered_map<std::string, Count> counts_;
  std::int64_t looked_ms_ = 0;
};

}  // namespace muir::server
