#pragma once

#include <string>

#include <netinet/in.h>

namespace muir::server {

// An address of IPv6 as Java prints it, which is how ACLs name hosts and DescribeGroups shows them: with all of its
// eight groups, `0:0:0:0:0:0:0:1`.
std::string printed_address(const in6_addr& address);

}  // namespace muir::server
