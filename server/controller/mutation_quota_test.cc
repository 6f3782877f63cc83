#include "server/controller/mutation_quota.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/controller/controller_fixture.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

// Allows charges of up to so many partitions, and remembers all.
struct Purse final : MutationQuota {
  std::int64_t left = 0;
  std::vector<std::int64_t> charged;

  bool charge(std::int64_t partitions) override {
    charged.push_back(partitions);
    if (partitions > left) return false;
    left -= partitions;
    return true;
  }
};

class Mutations : public testing::Test {
 protected:
  Mutations() {
    world.start_broker(1);
    world.create("two", {{1}, {1}});
    world.create("one", {{1}});
  }

  ControllerRequest context() {
    ControllerRequest context = world.context(7);
    context.mutation_quota = &purse;
    return context;
  }

  wire::CreateTopicsRequest topics(const std::vector<std::pair<std::string_view, int>>& wanted) {
    wire::CreateTopicsRequest request;
    for (const auto& [name, partitions] : wanted) {
      auto& topic = request.topics.emplace_back();
      topic.name = name;
      topic.num_partitions = partitions;
      topic.replication_factor = 1;
    }
    return request;
  }

  bool exists(std::string_view topic) const {
    return world.controller.image().topics.find(StoredTopicView{topic}) != nullptr;
  }

  ControllerFixture world;
  Purse purse;
};

TEST_F(Mutations, AreChargedForEachTopicAfterItsOtherChecks) {
  purse.left = 6;
  const auto request = topics({{"a", 5}, {"bad name", 1}, {"b", 2}, {"c", 1}});

  const auto response = world.run(world.controller.create_topics(context(), request));

  EXPECT_EQ(purse.charged, (std::vector<std::int64_t>{5, 2, 1}));
  EXPECT_EQ(response.topics.at(0).error_code, ErrorCode::NONE);
  EXPECT_EQ(response.topics.at(1).error_code, ErrorCode::INVALID_TOPIC_EXCEPTION);
  EXPECT_EQ(response.topics.at(2).error_code, ErrorCode::THROTTLING_QUOTA_EXCEEDED);
  EXPECT_EQ(response.topics.at(2).error_message, std::nullopt) << "as observed of Kafka 4.3.1";
  EXPECT_EQ(response.topics.at(3).error_code, ErrorCode::NONE);
  EXPECT_TRUE(exists("a") && exists("c"));
  EXPECT_FALSE(exists("b"));
}

TEST_F(Mutations, AreChargedForWhatIsOnlyValidated) {
  purse.left = 6;
  auto request = topics({{"a", 5}});
  request.validate_only = true;
  world.run(world.controller.create_topics(context(), request));
  EXPECT_EQ(purse.left, 1);
  EXPECT_FALSE(exists("a"));
}

TEST_F(Mutations, AreChargedForPartitionsThatCome) {
  purse.left = 3;
  wire::CreatePartitionsRequest request;
  for (const auto& [name, count] : {std::pair<std::string_view, int>{"two", 5}, {"one", 2}, {"nowhere", 9}}) {
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.count = count;
    topic.assignments.reset();
  }

  const auto response = world.run(world.controller.create_partitions(context(), request));

  EXPECT_EQ(purse.charged, (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(response.results.at(0).error_code, ErrorCode::NONE);
  EXPECT_EQ(response.results.at(1).error_code, ErrorCode::THROTTLING_QUOTA_EXCEEDED);
  EXPECT_EQ(response.results.at(2).error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
}

TEST_F(Mutations, AreChargedForTopicsThatGo) {
  purse.left = 1;
  wire::DeleteTopicsRequest request;
  for (const std::string_view name : {"two", "one"}) request.topics.emplace_back().name = name;

  const auto response = world.run(world.controller.delete_topics(context(), request));

  for (const auto& topic : response.responses) {
    const bool is_refused = topic.name == "two";
    EXPECT_EQ(topic.error_code, is_refused ? ErrorCode::THROTTLING_QUOTA_EXCEEDED : ErrorCode::NONE);
  }
  EXPECT_TRUE(exists("two"));
  EXPECT_FALSE(exists("one"));
}

TEST_F(Mutations, WithoutAQuotaAreFree) {
  const auto request = topics({{"a", 500}});
  EXPECT_EQ(world.run(world.controller.create_topics(world.context(7), request)).topics.at(0).error_code,
            ErrorCode::NONE);
}

}  // namespace
}  // namespace muir::server
