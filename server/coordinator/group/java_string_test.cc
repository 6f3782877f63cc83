#include "server/coordinator/group/java_string.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

// Values of java.lang.String, computed by a JVM (17).
struct Known {
  std::string_view text;
  std::int32_t hash;
  std::size_t length;
  std::int32_t partition_of_50;
};

constexpr Known kKnown[] = {
    {"", 0, 0, 0},
    {"a", 97, 1, 47},
    {"group", 98629247, 5, 47},
    {"my-group", -1906497762, 8, 12},
    {"console-consumer-12345", 158455506, 22, 6},
    {"Gruppe-\xc3\xa4\xc3\xb6", 1408341572, 9, 22},
    {"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 25921943, 3, 43},
    {"\xf0\x9f\x98\x80", 1772899, 2, 49},
    {"a\xf0\x9f\x98\x80"
     "b\xf0\x9f\x98\x80",
     -239246015, 6, 15},
    {"\xe0\xa0\x80\xef\xbf\xbf", 129023, 2, 23},
    {"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 1703249888, 4, 38},
    {"polygenelubricants", std::numeric_limits<std::int32_t>::min(), 18, 0},
    {"DESIGNING WORKHOUSES", std::numeric_limits<std::int32_t>::min(), 20, 0},
};

TEST(JavaString, HashesAndCountsUtf16UnitsAsJavaDoes) {
  for (const Known& known : kKnown) {
    EXPECT_EQ(java_hash(known.text), known.hash) << known.text;
    EXPECT_EQ(java_length(known.text), known.length) << known.text;
  }
}

TEST(JavaString, PutsAGroupIntoKafkasPartition) {
  for (const Known& known : kKnown) {
    EXPECT_EQ(coordinator_partition(known.text, 50), known.partition_of_50) << known.text;
    EXPECT_EQ(coordinator_partition(known.text, 1), 0) << known.text;
  }
}

TEST(JavaString, CountsBytesThatAreNoUtf8AsJavaReplacesThem) {
  const Known broken[] = {
      {"\x80", 65533, 1, 0},
      {"\xc0\xaf", 2097056, 2, 0},
      {"\xc2\x41\xc2", 63044761, 3, 0},
      {"\xe0\x80\x9f", 65074269, 3, 0},
      {"\xe1\xa0\x41", 2031588, 2, 0},
      {"\xed\xa0\x80", 65533, 1, 0},
      {"\xed\xa0\x80\x41", 2031588, 2, 0},
      {"\xed\xbf\xbf", 65533, 1, 0},
      {"\xf0\x80\x80\x80", 2017367872, 4, 0},
      {"\xf0\x9f\x98", 65533, 1, 0},
      {"\xf0\x9f\x41", 2031588, 2, 0},
      {"\xf4\x90\x80\x80", 2017367872, 4, 0},
      {"\xf5\x80\x80\x80", 2017367872, 4, 0},
      {"\xff\x41\xfe", 63044761, 3, 0},
      {"\xe2\x82\x41", 2031588, 2, 0},
      {"a\xe2", 68540, 2, 0},
      {"\xf1\x80\x80", 65533, 1, 0},
      {"\xc3", 65533, 1, 0},
  };
  for (const Known& known : broken) {
    EXPECT_EQ(java_hash(known.text), known.hash) << testing::PrintToString(known.text);
    EXPECT_EQ(java_length(known.text), known.length) << testing::PrintToString(known.text);
  }
}

TEST(JavaString, WritesAUuidAsJavaDoes) {
  EXPECT_EQ(java_text(Uuid::from_halves(0x123e4567e89b12d3, 0xa456426614174000)),
            "123e4567-e89b-12d3-a456-426614174000");
  EXPECT_EQ(java_text(Uuid::from_halves(0, 1)), "00000000-0000-0000-0000-000000000001");
}

}  // namespace
}  // namespace muir::server
