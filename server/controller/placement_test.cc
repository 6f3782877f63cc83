#include "server/controller/placement.h"

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muir::server {
namespace {

UsableBroker broker(std::int32_t id, const char* rack = nullptr, bool is_fenced = false) {
  return {NodeId{id}, rack == nullptr ? std::nullopt : std::optional<std::string>(rack), is_fenced};
}

TEST(Placement, SpreadsEachPartitionOverTheRacks) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  std::vector<UsableBroker> brokers;
  for (std::int32_t id = 0; id < 9; ++id) brokers.push_back(broker(id, id % 3 == 0 ? "a" : id % 3 == 1 ? "b" : "c"));

  const auto placement = place_replicas(brokers, 100, 3, random);

  ASSERT_EQ(placement.partitions.size(), 100u);
  for (const auto& replicas : placement.partitions) {
    std::set<std::int32_t> racks;
    for (const auto id : replicas) racks.insert(id.value % 3);
    EXPECT_EQ(racks.size(), 3u);
  }
}

TEST(Placement, GivesEachBrokerItsShareOfLeaders) {
  std::mt19937_64 random(5);
  const std::vector<UsableBroker> brokers{broker(1), broker(2), broker(3)};

  std::map<NodeId, int> leaderships;
  for (const auto& replicas : place_replicas(brokers, 30, 2, random).partitions) ++leaderships[replicas.front()];

  ASSERT_EQ(leaderships.size(), 3u);
  for (const auto& [id, count] : leaderships) EXPECT_EQ(count, 10);
}

TEST(Placement, NeverRepeatsABrokerInAPartition) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::vector<UsableBroker> brokers;
    const auto count = 1 + static_cast<std::int32_t>(random() % 9);
    for (std::int32_t id = 0; id < count; ++id)
      brokers.push_back(broker(id, random() % 2 == 0 ? "a" : "b", id > 0 && random() % 3 == 0));
    const auto factor = 1 + static_cast<std::int32_t>(random() % static_cast<unsigned>(count));
    for (const auto& replicas : place_replicas(brokers, 20, factor, random).partitions) {
      const std::set<NodeId> distinct(replicas.begin(), replicas.end());
      ASSERT_EQ(distinct.size(), static_cast<std::size_t>(factor));
      ASSERT_FALSE(brokers[static_cast<std::size_t>(replicas.front().value)].is_fenced) << "a fenced leader";
    }
  }
}

TEST(Placement, UsesFencedBrokersOnlyWhenTheOthersAreUsedUp) {
  std::mt19937_64 random(5);
  const std::vector<UsableBroker> brokers{broker(1), broker(2, nullptr, true), broker(3)};

  for (const auto& replicas : place_replicas(brokers, 20, 2, random).partitions)
    EXPECT_FALSE(contains(replicas, NodeId{2}));
  for (const auto& replicas : place_replicas(brokers, 20, 3, random).partitions) EXPECT_EQ(replicas.back(), NodeId{2});
}

TEST(Placement, SaysWhyThereIsNone) {
  std::mt19937_64 random(5);

  EXPECT_EQ(place_replicas({broker(1)}, 1, 0, random).problem->message,
            "Invalid replication factor 0: the replication factor must be positive.");
  EXPECT_EQ(place_replicas({broker(1, nullptr, true)}, 1, 1, random).problem->message,
            "All brokers are currently fenced, or have all their log directories cordoned.");
  EXPECT_EQ(place_replicas({broker(1)}, 1, 3, random).problem->message,
            "The target replication factor of 3 cannot be reached because only 1 broker(s) are registered or some "
            "brokers have all their log directories cordoned.");
}

}  // namespace
}  // namespace muir::server
