#include "server/bench/cpu_usage.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

using namespace std::chrono_literals;

TEST(CpuUsage, ReadsControlGroupsOfBothVersions) {
  EXPECT_EQ(*parse_cpu_usage("1234567\n"), 1234567ns);
  EXPECT_EQ(*parse_cpu_usage("usage_usec 42\nuser_usec 40\nsystem_usec 2\n"), 42us);
}

TEST(CpuUsage, ReadsAProcessWhateverItIsCalled) {
  EXPECT_EQ(*parse_cpu_usage("17 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0"), 2s);
}

TEST(CpuUsage, RefusesOtherTexts) {
  for (const char* text : {"", "hello", "12 13", "17 (muir) S 1 2"}) EXPECT_FALSE(parse_cpu_usage(text)) << text;
  EXPECT_FALSE(read_cpu_usage("/nowhere/cpuacct.usage"));
}

}  // namespace
}  // namespace muir::server
