#pragma once

#include <string>

namespace muir::server {

// Whether `host` is an IPv4 or IPv6 address.  Does not block.
bool is_numeric_host(const std::string& host);

// Whether `host` is an address, or the system's resolver knows one of it.  Blocks for as long as that takes: never on a
// shard, see Pool.
bool is_known_host(const std::string& host);

// The first address of `host`, as a PeerAddress has it; empty if nobody knows one.  Blocks unless it is numeric.
std::string address_of(const std::string& host);

}  // namespace muir::server
