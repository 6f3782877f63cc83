#include "server/config/config_text.h"

#include <limits>

#include <gtest/gtest.h>

namespace muir::server {
namespace {

using Parts = std::vector<std::string>;

TEST(ConfigText, ListIsSplitAtCommasWithTheirWhitespace) {
  EXPECT_EQ(split_list(" a , b,\tc "), (Parts{"a", "b", "c"}));
  EXPECT_EQ(split_list("  "), Parts{});
  EXPECT_EQ(split_list("a,,b,"), (Parts{"a", "", "b", ""}));
}

TEST(ConfigText, DoublesPrintAsInJava) {
  EXPECT_EQ(java_double(0), "0.0");
  EXPECT_EQ(java_double(-0.5), "-0.5");
  EXPECT_EQ(java_double(0.001), "0.001");
  EXPECT_EQ(java_double(0.00099), "9.9E-4");
  EXPECT_EQ(java_double(9999999), "9999999.0");
  EXPECT_EQ(java_double(1e7), "1.0E7");
  EXPECT_EQ(java_double(123.456), "123.456");
  EXPECT_EQ(java_double(std::numeric_limits<double>::max()), "1.7976931348623157E308");
  EXPECT_EQ(java_double(std::numeric_limits<double>::infinity()), "Infinity");
}

}  // namespace
}  // namespace muir::server
