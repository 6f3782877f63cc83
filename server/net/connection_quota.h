#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "server/quota/ip_connection_rates.h"
#include "wire/base/clock.h"

namespace muir::server {

// How many connections there may be, as Kafka counts them.
struct ConnectionLimits {
  std::int32_t connections_max = INT32_MAX;         // max.connections
  std::int32_t connections_per_ip_max = INT32_MAX;  // max.connections.per.ip
  std::map<std::string, std::int32_t, std::less<>> per_ip_overrides;
  std::int32_t creation_rate_max = INT32_MAX;  // max.connection.creation.rate, a second.
};

// Decides whether another connection may be accepted.  Pure; owner: the shard that accepts.
class ConnectionQuota {
 public:
  // `windows` are those of quotas by address.
  explicit ConnectionQuota(ConnectionLimits limits, QuotaWindows windows = {})
      : limits_(std::move(limits)), rates_by_ip_(windows) {}

  // Counts from now on against other limits.  Connections that are too many for them stay.
  void set_limits(ConnectionLimits limits) { limits_ = std::move(limits); }

  // How many a second may come from an address.
  void set_ip_rates(IpConnectionRates rates) { rates_by_ip_.set_rates(std::move(rates)); }

  // When the next connection may be taken from the listen queue: now, or later because too many were made this second;
  // never (Instant::max()) while there are connections_max.
  Instant may_accept_at(Instant now) const;

  // How long a connection from `ip` is to be left unserved, and then closed, because there were too many lately
  // (KIP-612); zero: it may be opened().
  std::chrono::milliseconds throttle_time(std::string_view ip, Instant now);

  // Counts a connection from `ip`; false if that address has too many, and then it is to be closed at once.
  bool opened(std::string_view ip, Instant now);
  void closed(std::string_view ip);

  std::int32_t size() const { return size_; }

 private:
  std::int32_t limit_of(std::string_view ip) const;

  ConnectionLimits limits_;
  std::map<std::string, std::int32_t, std::less<>> by_ip_;
  std::int32_t size_ = 0;
  IpConnectionCounts rates_by_ip_;
  Instant window_start_{};
  std::int32_t opened_in_window_ = 0;
};

}  // namespace muir::server
