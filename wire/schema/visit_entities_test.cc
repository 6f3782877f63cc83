#include "wire/codec/visit_entities.h"

#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "wire/schema/describe_configs_request.h"
#include "wire/schema/fetch_request.h"
#include "wire/schema/find_coordinator_request.h"
#include "wire/schema/join_group_request.h"
#include "wire/schema/metadata_request.h"
#include "wire/schema/produce_request.h"

namespace muir::wire {
namespace {

// Notes what it sees and puts a prefix before topic names, as a tenancy would.
class Prefixer final : public EntityVisitor {
 public:
  std::vector<std::string> seen;

  void text(const Entity& entity, std::string_view& value) override {
    note(entity, std::string(value));
    if (entity.kind == EntityKind::topic_name) value = names_.emplace_back("tenant." + std::string(value));
  }
  void uuid(const Entity& entity, Uuid& value) override { note(entity, value.is_zero() ? "zero" : "id"); }
  void bytes(const Entity& entity, ByteView& value) override { note(entity, std::to_string(value.size()) + " bytes"); }
  void number(const Entity& entity, std::int64_t& value) override {
    note(entity, std::to_string(value));
    ++value;
  }
  void null(const Entity& entity) override { note(entity, "null"); }

 private:
  void note(const Entity& entity, const std::string& value) {
    std::string line = std::string(name(entity.kind)) + " " + value;
    if (entity.selector.number) line += " of " + std::to_string(*entity.selector.number);
    if (entity.selector.text) line += " of " + std::string(*entity.selector.text);
    seen.push_back(line);
  }

  std::deque<std::string> names_;
};

using Lines = std::vector<std::string>;

TEST(VisitEntities, SeesAndReplacesWhatTheVersionHas) {
  FetchRequest request;
  request.topics = {{.topic = "orders", .partitions = {{.partition = 1}}}};
  Prefixer prefixer;

  visit_entities(request, 12, prefixer);

  EXPECT_EQ(prefixer.seen, (Lines{"cluster_id null", "node_id -1", "topic_name orders"}));
  EXPECT_EQ(request.topics[0].topic, "tenant.orders");
  EXPECT_EQ(request.replica_id, 0);
}

TEST(VisitEntities, SeesTopicIdsWhereThereAreNoNames) {
  FetchRequest request;
  request.topics.emplace_back();
  Prefixer prefixer;

  visit_entities(request, 13, prefixer);

  EXPECT_EQ(prefixer.seen, (Lines{"cluster_id null", "node_id -1", "topic_id zero"}));
}

TEST(VisitEntities, TellsWhatAKindDependsOn) {
  DescribeConfigsRequest configs;
  configs.resources = {{.resource_type = 2, .resource_name = "orders"}, {.resource_type = 4, .resource_name = "1"}};
  Prefixer of_configs;
  visit_entities(configs, 4, of_configs);
  EXPECT_EQ(of_configs.seen, (Lines{"config_resource_name orders of 2", "config_resource_name 1 of 4"}));

  FindCoordinatorRequest coordinators{.key_type = 1, .coordinator_keys = {"a", "b"}};
  Prefixer of_coordinators;
  visit_entities(coordinators, 4, of_coordinators);
  EXPECT_EQ(of_coordinators.seen, (Lines{"coordinator_key a of 1", "coordinator_key b of 1"}));
}

TEST(VisitEntities, FindsASelectorFurtherOut) {
  JoinGroupRequest join{.group_id = "g", .protocol_type = "consumer", .protocols = {{.name = "range", .metadata = {}}}};
  Prefixer prefixer;
  visit_entities(join, 9, prefixer);
  EXPECT_EQ(prefixer.seen, (Lines{"group g", "member_subscription 0 bytes of consumer"}));
}

TEST(VisitEntities, SeesNothingWhereNothingIsNamed) {
  MetadataRequest all{.topics = std::nullopt};
  Prefixer prefixer;
  visit_entities(all, 12, prefixer);
  EXPECT_EQ(prefixer.seen, Lines{});
}

}  // namespace
}  // namespace muir::wire
