#include "server/controller/acl_control.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "server/controller/controller_fixture.h"

namespace muir::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Creation = wire::CreateAclsRequest::AclCreation;
using Filter = wire::DeleteAclsRequest::DeleteAclsFilter;

constexpr std::int8_t kTopic = 2, kCluster = 4, kLiteral = 3, kPrefixed = 4, kRead = 3, kAllow = 3, kAny = 1;

Creation allow_read(std::string_view topic, std::string_view principal = "User:alice") {
  return {.resource_type = kTopic,
          .resource_name = topic,
          .resource_pattern_type = kLiteral,
          .principal = principal,
          .host = "*",
          .operation = kRead,
          .permission_type = kAllow};
}

Filter everything() {
  return {.resource_type_filter = kAny,
          .resource_name_filter = std::nullopt,
          .pattern_type_filter = kAny,
          .principal_filter = std::nullopt,
          .host_filter = std::nullopt,
          .operation = kAny,
          .permission_type = kAny};
}

template <class Result>
std::string text_of(const Result& result) {
  if (result.error_code == wire::ErrorCode::NONE) return "NONE";
  return fmt::format("{}: {}", name(result.error_code), result.error_message.value_or("null"));
}

struct AclRequests : ::testing::Test {
  std::vector<std::string> create(const std::vector<Creation>& creations) {
    wire::CreateAclsRequest request;
    request.creations = creations;
    auto decision = world.controller.create_acls(world.context(3), request);
    records = decision.records.size();
    std::vector<std::string> results;
    for (const auto& result : world.run(std::move(decision)).results) results.push_back(text_of(result));
    return results;
  }
  // For each filter its error, or how many ACLs it matched.
  std::vector<std::string> remove(const std::vector<Filter>& filters) {
    wire::DeleteAclsRequest request;
    request.filters = filters;
    auto decision = world.controller.delete_acls(world.context(3), request);
    records = decision.records.size();
    std::vector<std::string> results;
    for (const auto& result : world.run(std::move(decision)).filter_results) {
      const auto error = text_of(result);
      results.push_back(error == "NONE" ? std::to_string(result.matching_acls.size()) : error);
    }
    return results;
  }
  std::size_t stored() const { return world.controller.image().acls.all().size(); }

  std::size_t records = 0;
  ControllerFixture world;
};

TEST_F(AclRequests, WhatIsThereAlreadySucceedsAndWritesNothing) {
  EXPECT_THAT(create({allow_read("t"), allow_read("t"), allow_read("u")}), ElementsAre("NONE", "NONE", "NONE"));
  EXPECT_EQ(records, 2u);
  EXPECT_THAT(create({allow_read("t")}), ElementsAre("NONE"));
  EXPECT_EQ(records, 0u);
  EXPECT_EQ(stored(), 2u);
}

TEST_F(AclRequests, EachIsRefusedForItself) {
  auto cluster = allow_read("t");
  cluster.resource_type = kCluster;
  auto type = allow_read("t");
  type.resource_type = 99;
  auto pattern = allow_read("t");
  pattern.resource_pattern_type = 2;
  auto operation = allow_read("t");
  operation.operation = kAny;
  auto permission = allow_read("t");
  permission.permission_type = kAny;
  EXPECT_THAT(create({cluster, allow_read(""), type, pattern, operation, permission, allow_read("t", "alice"),
                      allow_read("t")}),
              ElementsAre("INVALID_REQUEST: The only valid name for the CLUSTER resource is kafka-cluster",
                          "INVALID_REQUEST: Invalid empty resource name",
                          "INVALID_REQUEST: Invalid resourceType UNKNOWN", "INVALID_REQUEST: Invalid patternType MATCH",
                          "INVALID_REQUEST: Invalid operation ANY", "INVALID_REQUEST: Invalid permissionType ANY",
                          "INVALID_REQUEST: Could not parse principal from `alice` (no colon is present separating the "
                          "principal type from the principal name)",
                          "NONE"));
  EXPECT_EQ(stored(), 1u);
}

TEST_F(AclRequests, RemoveWhatAFilterMatches) {
  create({allow_read("t"), allow_read("u"), allow_read("t", "User:bob")});
  auto of_alice = everything();
  of_alice.principal_filter = "User:alice";
  auto of_t = everything();
  of_t.resource_name_filter = "t";
  auto unknown = everything();
  unknown.operation = 99;
  EXPECT_THAT(remove({of_alice, of_t, unknown}), ElementsAre("2", "2", "INVALID_REQUEST: Unknown entryFilter."));
  EXPECT_EQ(records, 3u) << "what two filters match is removed once";
  EXPECT_EQ(stored(), 0u);
}

TEST_F(AclRequests, MoreThanOneRequestMayRemoveIsRefusedAsAWhole) {
  const auto many = [](int from, std::vector<std::string>& names) {
    std::vector<Creation> creations;
    for (int i = 0; i < 9000; ++i) names.push_back(fmt::format("t{}", from + i));
    for (const std::string& topic : names) creations.push_back(allow_read(topic));
    return creations;
  };
  std::vector<std::string> first, second;
  create(many(0, first));
  create(many(9000, second));
  ASSERT_EQ(stored(), 18000u);
  EXPECT_THAT(remove({everything()}),
              ElementsAre("INVALID_REQUEST: Cannot remove more than 10000 acls in a single delete operation."));
  EXPECT_EQ(stored(), 18000u);
}

// CVE-2024-27309: the live index, that of the log replayed, and that of a snapshot say the same.
TEST_F(AclRequests, LiveStateIsThatOfTheLogAndOfASnapshot) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::vector<std::string> names = {"a", "ab", "abc", "*"}, principals = {"User:alice", "User:bob", "User:*"};
  for (int step = 0; step < 150; ++step) {
    Creation creation = allow_read(names[random() % names.size()], principals[random() % principals.size()]);
    creation.resource_pattern_type = random() % 2 == 0 ? kLiteral : kPrefixed;
    creation.permission_type = static_cast<std::int8_t>(2 + random() % 2);
    if (random() % 3 == 0) {
      auto filter = everything();
      filter.resource_name_filter = creation.resource_name;
      filter.principal_filter = creation.principal;
      filter.pattern_type_filter = creation.resource_pattern_type;
      remove({filter});
    } else {
      create({creation});
    }
  }
  MetadataImage replayed, restored;
  MetadataChanges changes;
  for (const auto& frame : world.log) ASSERT_TRUE(replayed.apply(frame, changes));
  for (const auto& frame : replayed.to_records()) ASSERT_TRUE(restored.apply(frame, changes));

  const auth::Principal alice{"User", "alice"};
  for (const std::string topic : {"a", "ab", "abc", "abcd", "b"}) {
    const auto found = [&](const MetadataImage& image) {
      return image.acls.index().find({alice, "h"}, auth::Operation::READ, {auth::ResourceType::TOPIC, topic});
    };
    const auto live = found(world.controller.image());
    for (const MetadataImage* image : {&replayed, &restored}) {
      const auto same = found(*image);
      ASSERT_EQ(static_cast<bool>(live), static_cast<bool>(same)) << topic;
      if (!live) continue;
      EXPECT_EQ(live.permission(), same.permission()) << topic;
    }
  }
  EXPECT_EQ(restored.acls, world.controller.image().acls);
}

}  // namespace
}  // namespace muir::server
