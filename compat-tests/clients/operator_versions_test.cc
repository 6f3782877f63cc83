// The APIs of an operator's tools at every version, as every_version_test.cc does for those of clients.
#include <string>

#include <gtest/gtest.h>

#include "compat-tests/clients/every_version.h"
#include "wire/schema/alter_client_quotas_request.h"
#include "wire/schema/alter_client_quotas_response.h"
#include "wire/schema/alter_configs_request.h"
#include "wire/schema/alter_configs_response.h"
#include "wire/schema/alter_partition_reassignments_request.h"
#include "wire/schema/alter_partition_reassignments_response.h"
#include "wire/schema/alter_replica_log_dirs_request.h"
#include "wire/schema/alter_replica_log_dirs_response.h"
#include "wire/schema/describe_client_quotas_request.h"
#include "wire/schema/describe_client_quotas_response.h"
#include "wire/schema/describe_configs_request.h"
#include "wire/schema/describe_configs_response.h"
#include "wire/schema/describe_log_dirs_request.h"
#include "wire/schema/describe_log_dirs_response.h"
#include "wire/schema/describe_producers_request.h"
#include "wire/schema/describe_producers_response.h"
#include "wire/schema/describe_user_scram_credentials_request.h"
#include "wire/schema/describe_user_scram_credentials_response.h"
#include "wire/schema/elect_leaders_request.h"
#include "wire/schema/elect_leaders_response.h"
#include "wire/schema/list_config_resources_request.h"
#include "wire/schema/list_config_resources_response.h"
#include "wire/schema/list_partition_reassignments_request.h"
#include "wire/schema/list_partition_reassignments_response.h"
#include "wire/schema/update_features_request.h"
#include "wire/schema/update_features_response.h"

namespace muir::compat {
namespace {

constexpr std::int8_t kTopicType = 2, kBrokerType = 4, kLoggerType = 8, kClientMetricsType = 16;

struct OperatorVersions : EveryVersion {
  // The one value that the resource has for the key.
  std::string value_of(std::int8_t type, std::string_view name, std::string_view key) {
    wire::DescribeConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = type;
    resource.resource_name = name;
    resource.configuration_keys.emplace().push_back(key);
    wire::DescribeConfigsResponse response;
    connection.exchange(4, request, response);
    const auto& configs = response.results.at(0).configs;
    return configs.empty() ? "" : std::string(configs.at(0).value.value_or("null"));
  }
  wire::AlterConfigsResponse alter(std::int16_t version, std::int8_t type, std::string_view name, std::string_view key,
                                   std::string_view value) {
    wire::AlterConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = type;
    resource.resource_name = name;
    if (!key.empty()) resource.configs.push_back({.name = key, .value = value});
    wire::AlterConfigsResponse response;
    connection.exchange(version, request, response);
    return response;
  }
};

// No client of ours sends it any more; those of old do.  What it does not name goes back to its default.
TEST_F(OperatorVersions, AlterConfigsReplacesEverySetting) {
  for_each_version<wire::AlterConfigsRequest>([&](std::int16_t version) {
    EXPECT_EQ(alter(version, kTopicType, kTopic, "retention.ms", "7000").responses.at(0).error_code, ErrorCode::NONE);
    EXPECT_EQ(alter(version, kTopicType, kTopic, "segment.bytes", "2000000").responses.at(0).error_code,
              ErrorCode::NONE);
    EXPECT_EQ(value_of(kTopicType, kTopic, "segment.bytes"), "2000000") << "version " << version;
    EXPECT_EQ(value_of(kTopicType, kTopic, "retention.ms"), "604800000") << "version " << version;
    EXPECT_EQ(alter(version, kTopicType, kTopic, "", "").responses.at(0).error_code, ErrorCode::NONE);

    const auto bad = alter(version, kTopicType, kTopic, "retention.ms", "soon");
    EXPECT_EQ(bad.responses.at(0).error_code, ErrorCode::INVALID_CONFIG);
    EXPECT_EQ(bad.responses.at(0).error_message,
              "Invalid value soon for configuration retention.ms: Not a number of type LONG");
    const auto fixed = alter(version, kBrokerType, "1", "broker.id", "7");
    EXPECT_EQ(fixed.responses.at(0).error_code, ErrorCode::INVALID_REQUEST);
    EXPECT_EQ(fixed.responses.at(0).error_message, "Cannot update these configs dynamically: [broker.id]");
    const auto loggers = alter(version, kLoggerType, "1", "root", "DEBUG");
    EXPECT_EQ(loggers.responses.at(0).error_code, ErrorCode::INVALID_REQUEST);
    EXPECT_EQ(loggers.responses.at(0).error_message, "Unknown resource type 8");
  });
}

TEST_F(OperatorVersions, LogDirs) {
  for_each_version<wire::DescribeLogDirsRequest>([&](std::int16_t version) {
    wire::DescribeLogDirsRequest request;
    auto& topic = request.topics.emplace().emplace_back();
    topic.topic = kTopic;
    topic.partitions = {0, 99};
    wire::DescribeLogDirsResponse response;
    connection.exchange(version, request, response);
    ASSERT_EQ(response.results.size(), 1u);
    const auto& dir = response.results.at(0);
    EXPECT_EQ(dir.error_code, ErrorCode::NONE);
    ASSERT_EQ(dir.topics.size(), 1u) << "version " << version;
    EXPECT_EQ(dir.topics.at(0).partitions.size(), 1u) << "a partition that there is not is left out";
    EXPECT_EQ(dir.total_bytes > 0, version >= 4);
  });
}

TEST_F(OperatorVersions, MovesBetweenLogDirs) {
  wire::DescribeLogDirsResponse described;
  connection.exchange(5, wire::DescribeLogDirsRequest{}, described);
  const std::string dir(described.results.at(0).log_dir);
  for_each_version<wire::AlterReplicaLogDirsRequest>([&](std::int16_t version) {
    const auto code = [&](std::string_view path, std::int32_t partition) {
      wire::AlterReplicaLogDirsRequest request;
      auto& topic = request.dirs.emplace_back(wire::AlterReplicaLogDirsRequest::AlterReplicaLogDir{.path = path})
                        .topics.emplace_back();
      topic.name = kTopic;
      topic.partitions = {partition};
      wire::AlterReplicaLogDirsResponse response;
      connection.exchange(version, request, response);
      return response.results.at(0).partitions.at(0).error_code;
    };
    EXPECT_EQ(code(dir, 0), ErrorCode::NONE) << "version " << version;
    EXPECT_EQ(code("/no/such", 0), ErrorCode::LOG_DIR_NOT_FOUND);
    EXPECT_EQ(code(dir, 99), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  });
}

TEST_F(OperatorVersions, Reassignments) {
  for_each_version<wire::AlterPartitionReassignmentsRequest>([&](std::int16_t version) {
    wire::AlterPartitionReassignmentsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = kTopic;
    topic.partitions.push_back({.partition_index = 0, .replicas = std::vector<std::int32_t>{1}});
    topic.partitions.push_back({.partition_index = 0, .replicas = std::nullopt});
    topic.partitions.push_back({.partition_index = 0, .replicas = std::vector<std::int32_t>{1, 99}});
    wire::AlterPartitionReassignmentsResponse response;
    connection.exchange(version, request, response);
    const auto& partitions = response.responses.at(0).partitions;
    EXPECT_EQ(partitions.at(0).error_code, ErrorCode::NONE) << "version " << version;
    EXPECT_EQ(partitions.at(1).error_code, ErrorCode::NO_REASSIGNMENT_IN_PROGRESS);
    EXPECT_EQ(partitions.at(2).error_code, ErrorCode::INVALID_REPLICA_ASSIGNMENT);
  });
  for_each_version<wire::ListPartitionReassignmentsRequest>([&](std::int16_t version) {
    wire::ListPartitionReassignmentsResponse response;
    connection.exchange(version, wire::ListPartitionReassignmentsRequest{}, response);
    EXPECT_EQ(response.error_code, ErrorCode::NONE);
    EXPECT_TRUE(response.topics.empty());
  });
}

TEST_F(OperatorVersions, ProducersAndLeaders) {
  for_each_version<wire::DescribeProducersRequest>([&](std::int16_t version) {
    wire::DescribeProducersRequest request;
    request.topics.push_back({.name = kTopic, .partition_indexes = {0, 99}});
    request.topics.push_back({.name = "bad/name", .partition_indexes = {0}});
    wire::DescribeProducersResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::NONE);
    EXPECT_EQ(response.topics.at(0).partitions.at(1).error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    EXPECT_EQ(response.topics.at(1).partitions.at(0).error_code, ErrorCode::INVALID_TOPIC_EXCEPTION);
  });
  for_each_version<wire::ElectLeadersRequest>([&](std::int16_t version) {
    wire::ElectLeadersRequest request;
    request.topic_partitions.emplace().push_back({.topic = kTopic, .partitions = {0, 99}});
    wire::ElectLeadersResponse response;
    connection.exchange(version, request, response);
    const auto& partitions = response.replica_election_results.at(0).partition_result;
    EXPECT_EQ(partitions.at(0).error_code, ErrorCode::ELECTION_NOT_NEEDED) << "version " << version;
    EXPECT_EQ(partitions.at(1).error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  });
}

// Version 0 has neither an upgrade type nor validate-only, and what it calls allow_downgrade no controller heeds.
TEST_F(OperatorVersions, UpdateFeatures) {
  for_each_version<wire::UpdateFeaturesRequest>([&](std::int16_t version) {
    wire::UpdateFeaturesRequest request;
    auto& update = request.feature_updates.emplace_back();
    update.feature = "streams.version";
    update.max_version_level = 1;
    wire::UpdateFeaturesResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.error_code, ErrorCode::NONE) << "version " << version;
    EXPECT_EQ(response.results.size(), version <= 1 ? 1u : 0u);

    update.max_version_level = 0;
    update.allow_downgrade = version == 0;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.error_code, ErrorCode::INVALID_UPDATE_VERSION) << "version " << version;
    EXPECT_TRUE(response.results.empty());
  });
}

TEST_F(OperatorVersions, QuotasAndCredentials) {
  for_each_version<wire::AlterClientQuotasRequest>([&](std::int16_t version) {
    wire::AlterClientQuotasRequest request;
    auto& entry = request.entries.emplace_back();
    entry.entity.push_back({.entity_type = "user", .entity_name = std::nullopt});
    entry.ops.push_back({.key = "producer_byte_rate", .value = 1000});
    wire::AlterClientQuotasResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.entries.at(0).error_code, ErrorCode::NONE) << "version " << version;

    wire::DescribeClientQuotasRequest ask;
    ask.components.push_back({.entity_type = "user", .match_type = 1, .match = std::nullopt});
    wire::DescribeClientQuotasResponse found;
    connection.exchange(version, ask, found);
    ASSERT_EQ(found.entries->size(), 1u) << "version " << version;
    EXPECT_EQ(found.entries->at(0).values.at(0).value, 1000);

    entry.ops.at(0).remove = true;
    connection.exchange(version, request, response);
    connection.exchange(version, ask, found);
    EXPECT_TRUE(found.entries->empty()) << "version " << version;

    ask.components.at(0).entity_type = "group";
    connection.exchange(version, ask, found);
    EXPECT_EQ(found.error_code, ErrorCode::UNSUPPORTED_VERSION);
    EXPECT_EQ(found.error_message, "Unsupported entity type group");
    EXPECT_FALSE(found.entries.has_value());
  });
  for_each_version<wire::DescribeUserScramCredentialsRequest>([&](std::int16_t version) {
    wire::DescribeUserScramCredentialsRequest request;
    request.users.emplace().push_back({.name = "nobody"});
    wire::DescribeUserScramCredentialsResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.results.at(0).error_code, ErrorCode::RESOURCE_NOT_FOUND);
  });
}

// Version 0 knows of client-metrics subscriptions only.
TEST_F(OperatorVersions, ConfigResources) {
  for_each_version<wire::ListConfigResourcesRequest>([&](std::int16_t version) {
    wire::ListConfigResourcesRequest request;
    wire::ListConfigResourcesResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.error_code, ErrorCode::NONE);
    bool has_topic = false;
    for (const auto& one : response.config_resources) {
      has_topic |= one.resource_type == kTopicType && one.resource_name == kTopic;
      EXPECT_TRUE(version >= 1 || one.resource_type == kClientMetricsType);
    }
    EXPECT_EQ(has_topic, version >= 1);
    if (version == 0) return;
    request.resource_types = {kTopicType, 3};
    connection.exchange(version, request, response);
    EXPECT_EQ(response.error_code, ErrorCode::UNSUPPORTED_VERSION);
    EXPECT_TRUE(response.config_resources.empty());
  });
}

}  // namespace
}  // namespace muir::compat
