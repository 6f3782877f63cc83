#include "server/runtime/printed_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

namespace muir::server {
namespace {

std::string printed(const char* text) {
  in6_addr address{};
  EXPECT_EQ(::inet_pton(AF_INET6, text, &address), 1);
  return printed_address(address);
}

TEST(PrintedAddress, IsThatOfJava) {
  EXPECT_EQ(printed("::1"), "0:0:0:0:0:0:0:1");
  EXPECT_EQ(printed("2001:db8::8:800:200c:417a"), "2001:db8:0:0:8:800:200c:417a");
  EXPECT_EQ(printed("fe80::FF"), "fe80:0:0:0:0:0:0:ff");
}

}  // namespace
}  // namespace muir::server
