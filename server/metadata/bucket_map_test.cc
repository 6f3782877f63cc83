#include "server/metadata/bucket_map.h"

#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "server/metadata/topic_name.h"

namespace muir::server {
namespace {

using Map = BucketMap<int, std::string>;

Map counting(int entries) {
  Map map;
  for (int i = 0; i < entries; ++i) map.set(i * 2, std::to_string(i));
  return map;
}

TEST(Cow, KeepsWhatOthersShareWhenOneWrites) {
  Cow<std::string> a(std::string("before"));
  const auto b = a;

  a.write() = "after";

  EXPECT_EQ(*a, "after");
  EXPECT_EQ(*b, "before");
}

TEST(Cow, WritesInPlaceWhenNobodyShares) {
  Cow<std::string> a(std::string("before"));
  const auto* place = &*a;

  EXPECT_EQ(&a.write(), place);
}

TEST(Cow, ReadsAsADefaultValueWhenEmpty) {
  Cow<std::string> empty;

  EXPECT_EQ(*empty, "");
  EXPECT_EQ(empty, Cow<std::string>(std::string()));
  empty.write() = "now";
  EXPECT_EQ(*empty, "now");
}

TEST(BucketMap, FindsLowerBoundsBetweenAndBeyondItsKeys) {
  const auto map = counting(1000);

  EXPECT_EQ(map.lower_bound(-5)->first, 0);
  EXPECT_EQ(map.lower_bound(127)->first, 128);
  EXPECT_EQ(map.lower_bound(128)->first, 128);
  EXPECT_EQ(map.lower_bound(1999), map.end());
  EXPECT_EQ(Map().lower_bound(0), Map().end());
}

TEST(BucketMap, FindsAnOwnedKeyByAView) {
  BucketMap<StoredTopic, int> map;
  map.set(StoredTopic{"orders"}, 7);

  ASSERT_NE(map.find(StoredTopicView{"orders"}), nullptr);
  EXPECT_EQ(map.find(StoredTopicView{"order"}), nullptr);
}

TEST(BucketMap, SharesAllBucketsButOneWithTheVersionBefore) {
  const auto before = counting(10'000);
  auto after = before;

  after.set(5'000, "changed");

  EXPECT_EQ(after.buckets_shared_with(before), before.bucket_count() - 1);
  EXPECT_EQ(*before.find(5'000), "2500");
  EXPECT_NE(after, before);
}

TEST(BucketMap, BehavesAsAnOrderedMapWhateverIsDoneToIt) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  std::map<int, std::string> model;
  Map map;
  for (int step = 0; step < 20'000; ++step) {
    const int key = static_cast<int>(random() % 800);
    const auto kept = map;
    const auto kept_model = step % 500 == 0 ? model : std::map<int, std::string>();
    if (random() % 3 == 0) {
      ASSERT_EQ(map.erase(key), model.erase(key) == 1);
    } else if (random() % 2 == 0) {
      map[key] = model[key] = std::to_string(step);
    } else {
      map.set(key, std::to_string(step));
      model[key] = std::to_string(step);
    }
    ASSERT_EQ(map.size(), model.size());
    if (step % 500 != 0) continue;
    const auto same = [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; };
    ASSERT_TRUE(std::equal(map.begin(), map.end(), model.begin(), model.end(), same));
    ASSERT_TRUE(std::equal(kept.begin(), kept.end(), kept_model.begin(), kept_model.end(), same));
  }
}

}  // namespace
}  // namespace muir::server
