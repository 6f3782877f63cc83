#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

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
  explicit ConnectionQuota(ConnectionLimits limits) : limits_(std::move(limits)) {}

  // Counts from now on against other limits.  Connections that are too many for them stay.
  void set_limits(ConnectionLimits limits) { limits_ = std::move(limits); }

  // When the next connection may be taken from the listen queue: now, or later because too many were made this second;
  // never (Instant::max()) while there are connections_max.
  Instant may_accept_at(Instant now) const;

  // Counts a connection from `ip`; false if that address has too many, and then it is to be closed at once.
  bool opened(std::string_view ip, Instant now);
  void closed(std::string_view ip);

  std::int32_t size() const { return size_; }

 private:
  std::int32_t limit_of(std::string_view ip) const;

  ConnectionLimits limits_;
  std::map<std::string, std::int32_t, std::less<>> by_ip_;
  std::int32_t size_ = 0;
  Instant window_start_{};
  std::int32_t opened_in_window_ = 0;
};

}  // namespace muir::server
