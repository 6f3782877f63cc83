#include "server/runtime/host_lookup.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

TEST(HostLookup, AddressesOfBothFamiliesAreNumeric) {
  EXPECT_TRUE(is_numeric_host("127.0.0.1"));
  EXPECT_TRUE(is_numeric_host("::1"));
  EXPECT_FALSE(is_numeric_host("localhost"));
  EXPECT_FALSE(is_numeric_host("300.0.0.1"));
}

// No resolver knows a name under .invalid (RFC 6761).
TEST(HostLookup, ANameIsKnownWhenTheSystemResolvesIt) {
  EXPECT_TRUE(is_known_host("localhost"));
  EXPECT_TRUE(is_known_host("10.0.0.1"));
  EXPECT_FALSE(is_known_host("no-such-host.invalid"));
}

TEST(HostLookup, AnAddressIsWrittenInOneWay) {
  EXPECT_EQ(address_of("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(address_of("::1"), "0:0:0:0:0:0:0:1");
  EXPECT_EQ(address_of("no-such-host.invalid"), "");
}

}  // namespace
}  // namespace muir::server
