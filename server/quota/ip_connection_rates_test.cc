#include "server/quota/ip_connection_rates.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

IpConnectionRates rates() { return {{{"10.0.0.1", 2}, {"10.0.0.2", INT32_MAX}}, 5}; }

TEST(IpConnectionRates, ComeFromTheAddressOrTheDefault) {
  EXPECT_EQ(rates().of("10.0.0.1"), 2);
  EXPECT_EQ(rates().of("10.0.0.2"), INT32_MAX);
  EXPECT_EQ(rates().of("10.0.0.3"), 5);
  EXPECT_EQ(IpConnectionRates{}.of("10.0.0.3"), INT32_MAX);
}

TEST(IpConnectionCounts, LetThroughAsManyAsTheRateAllowsOverAllWindows) {
  IpConnectionCounts counts{QuotaWindows{}};
  counts.set_rates(rates());
  int served = 0;
  for (std::int64_t now = 0; now < 60'000; now += 10) served += counts.throttle_ms("10.0.0.1", now) == 0 ? 1 : 0;
  EXPECT_GE(served, 2 * 60);
  EXPECT_LE(served, 2 * (60 + 11));
}

TEST(IpConnectionCounts, HoldNobodyLongerThanAWindow) {
  IpConnectionCounts counts{QuotaWindows{}};
  counts.set_rates(rates());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(counts.throttle_ms("10.0.0.1", 0), 0) << i;
  const std::int64_t throttle_ms = counts.throttle_ms("10.0.0.1", 0);
  EXPECT_GT(throttle_ms, 0);
  EXPECT_LE(throttle_ms, 1000);
}

TEST(IpConnectionCounts, DoNotCountWhoIsFree) {
  IpConnectionCounts counts{QuotaWindows{}};
  counts.set_rates(rates());
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(counts.throttle_ms("10.0.0.2", 0), 0);
  EXPECT_EQ(counts.size(), 0u);
}

TEST(IpConnectionCounts, AreBounded) {
  IpConnectionCounts counts{QuotaWindows{}, 3};
  counts.set_rates(rates());
  for (int i = 0; i < 10; ++i) counts.throttle_ms("10.1.0." + std::to_string(i), i);
  EXPECT_EQ(counts.size(), 4u);
  counts.throttle_ms("10.2.0.1", 20'000);
  EXPECT_EQ(counts.size(), 1u);
}

}  // namespace
}  // namespace muir::server
