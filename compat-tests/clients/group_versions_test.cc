// The APIs of classic groups at every version: one member joins, syncs, commits, is described, and leaves.
#include "compat-tests/clients/every_version.h"
#include "wire/schema/delete_groups_request.h"
#include "wire/schema/delete_groups_response.h"
#include "wire/schema/describe_groups_request.h"
#include "wire/schema/describe_groups_response.h"
#include "wire/schema/find_coordinator_request.h"
#include "wire/schema/find_coordinator_response.h"
#include "wire/schema/heartbeat_request.h"
#include "wire/schema/heartbeat_response.h"
#include "wire/schema/join_group_request.h"
#include "wire/schema/join_group_response.h"
#include "wire/schema/leave_group_request.h"
#include "wire/schema/leave_group_response.h"
#include "wire/schema/list_groups_request.h"
#include "wire/schema/list_groups_response.h"
#include "wire/schema/offset_commit_request.h"
#include "wire/schema/offset_commit_response.h"
#include "wire/schema/offset_delete_request.h"
#include "wire/schema/offset_delete_response.h"
#include "wire/schema/offset_fetch_request.h"
#include "wire/schema/offset_fetch_response.h"
#include "wire/schema/sync_group_request.h"
#include "wire/schema/sync_group_response.h"

namespace muir::compat {
namespace {

constexpr std::string_view kGroup = "every-version";

struct EveryGroupVersion : EveryVersion {
  void SetUp() override {
    EveryVersion::SetUp();
    find_coordinator(4);
  }

  // Until the offsets topic is there.
  void find_coordinator(std::int16_t version) {
    wire::FindCoordinatorRequest request;
    if (version < 4) request.key = kGroup;
    if (version >= 4) request.coordinator_keys.push_back(kGroup);
    for (int tries = 0; tries < 200; ++tries, ::usleep(50'000)) {
      wire::FindCoordinatorResponse response;
      connection.exchange(version, request, response);
      const bool is_batched = version >= 4;
      ASSERT_EQ(response.coordinators.size(), is_batched ? 1u : 0u);
      const ErrorCode error = is_batched ? response.coordinators[0].error_code : response.error_code;
      if (error == ErrorCode::COORDINATOR_NOT_AVAILABLE) continue;
      ASSERT_EQ(error, ErrorCode::NONE);
      EXPECT_GE(is_batched ? response.coordinators[0].node_id : response.node_id, 0);
      EXPECT_GT(is_batched ? response.coordinators[0].port : response.port, 0);
      return;
    }
    FAIL() << "no coordinator";
  }

  void join(std::int16_t version = 5) {
    wire::JoinGroupRequest request;
    request.group_id = kGroup;
    request.session_timeout_ms = 30'000;
    request.rebalance_timeout_ms = 30'000;
    request.protocol_type = "anything";
    request.protocols.push_back({"range", as_bytes("subscription"), {}});
    for (int tries = 0; tries < 200; ++tries) {
      request.member_id = member;
      wire::JoinGroupResponse response;
      connection.exchange(version, request, response);
      if (response.error_code == ErrorCode::MEMBER_ID_REQUIRED) {
        ASSERT_GE(version, 4);
        member = response.member_id;
        continue;
      }
      // Its partition has been made a moment ago.
      if (response.error_code == ErrorCode::COORDINATOR_LOAD_IN_PROGRESS ||
          response.error_code == ErrorCode::NOT_COORDINATOR) {
        ::usleep(50'000);
        continue;
      }
      ASSERT_EQ(response.error_code, ErrorCode::NONE) << "version " << version;
      member = response.member_id;
      generation = response.generation_id;
      EXPECT_EQ(response.protocol_name, "range");
      EXPECT_EQ(response.leader, member);
      ASSERT_EQ(response.members.size(), 1u);
      EXPECT_EQ(as_text(response.members[0].metadata), "subscription");
      return;
    }
  }

  void sync(std::int16_t version = 3) {
    wire::SyncGroupRequest request;
    request.group_id = kGroup;
    request.generation_id = generation;
    request.member_id = member;
    if (version >= 5) request.protocol_type = "anything", request.protocol_name = "range";
    request.assignments.push_back({member, as_bytes("assignment"), {}});
    wire::SyncGroupResponse response;
    connection.exchange(version, request, response);
    ASSERT_EQ(response.error_code, ErrorCode::NONE) << "version " << version;
    EXPECT_EQ(as_text(response.assignment), "assignment");
  }

  void leave(std::int16_t version = 3) {
    wire::LeaveGroupRequest request;
    request.group_id = kGroup;
    if (version < 3) request.member_id = member;
    if (version >= 3) request.members.emplace_back().member_id = member;
    wire::LeaveGroupResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.error_code, ErrorCode::NONE) << "version " << version;
    if (version >= 3) {
      ASSERT_EQ(response.members.size(), 1u);
      EXPECT_EQ(response.members[0].error_code, ErrorCode::NONE);
    }
    member.clear();
  }

  void commit(std::int16_t version, std::int64_t offset) {
    wire::OffsetCommitRequest request;
    request.group_id = kGroup;
    request.generation_id_or_member_epoch = generation;
    request.member_id = member;
    auto& topic = request.topics.emplace_back();
    if (version < 10) topic.name = kTopic;
    if (version >= 10) topic.topic_id = topic_id;
    auto& partition = topic.partitions.emplace_back();
    partition.committed_offset = offset;
    partition.committed_metadata = "note";
    wire::OffsetCommitResponse response;
    connection.exchange(version, request, response);
    ASSERT_EQ(response.topics.size(), 1u);
    EXPECT_EQ(response.topics[0].partitions.at(0).error_code, ErrorCode::NONE) << "version " << version;
  }

  std::int64_t fetch(std::int16_t version) {
    wire::OffsetFetchRequest request;
    if (version < 8) {
      request.group_id = kGroup;
      request.topics->emplace_back().name = kTopic;
      request.topics->back().partition_indexes.push_back(0);
    } else {
      auto& group = request.groups.emplace_back();
      group.group_id = kGroup;
      auto& topic = group.topics->emplace_back();
      if (version < 10) topic.name = kTopic;
      if (version >= 10) topic.topic_id = topic_id;
      topic.partition_indexes.push_back(0);
    }
    wire::OffsetFetchResponse response;
    connection.exchange(version, request, response);
    if (version < 8) {
      EXPECT_EQ(response.topics.at(0).partitions.at(0).metadata, "note");
      return response.topics.at(0).partitions.at(0).committed_offset;
    }
    EXPECT_EQ(response.groups.at(0).error_code, ErrorCode::NONE);
    EXPECT_EQ(response.groups.at(0).topics.at(0).partitions.at(0).metadata, "note");
    return response.groups.at(0).topics.at(0).partitions.at(0).committed_offset;
  }

  void delete_group(std::int16_t version) {
    wire::DeleteGroupsRequest request;
    request.groups_names.push_back(kGroup);
    wire::DeleteGroupsResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.results.at(0).error_code, ErrorCode::NONE) << "version " << version;
  }

  std::string member;
  std::int32_t generation = -1;
};

TEST_F(EveryGroupVersion, FindCoordinator) {
  for_each_version<wire::FindCoordinatorRequest>([&](std::int16_t version) { find_coordinator(version); });
}

TEST_F(EveryGroupVersion, JoinGroup) {
  for_each_version<wire::JoinGroupRequest>([&](std::int16_t version) {
    join(version);
    leave();
  });
}

TEST_F(EveryGroupVersion, SyncGroup) {
  for_each_version<wire::SyncGroupRequest>([&](std::int16_t version) {
    join();
    sync(version);
    leave();
  });
}

TEST_F(EveryGroupVersion, HeartbeatOfAMember) {
  join();
  sync();
  for_each_version<wire::HeartbeatRequest>([&](std::int16_t version) {
    wire::HeartbeatRequest request;
    request.group_id = kGroup;
    request.generation_id = generation;
    request.member_id = member;
    wire::HeartbeatResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.error_code, ErrorCode::NONE) << "version " << version;
  });
  leave();
}

TEST_F(EveryGroupVersion, LeaveGroup) {
  for_each_version<wire::LeaveGroupRequest>([&](std::int16_t version) {
    join();
    leave(version);
  });
}

TEST_F(EveryGroupVersion, DescribeGroups) {
  join();
  sync();
  for_each_version<wire::DescribeGroupsRequest>([&](std::int16_t version) {
    wire::DescribeGroupsRequest request;
    request.groups.push_back(kGroup);
    wire::DescribeGroupsResponse response;
    connection.exchange(version, request, response);
    ASSERT_EQ(response.groups.size(), 1u);
    EXPECT_EQ(response.groups[0].group_state, "Stable") << "version " << version;
    EXPECT_EQ(response.groups[0].members.at(0).member_id, member);
    EXPECT_EQ(as_text(response.groups[0].members.at(0).member_assignment), "assignment");
    EXPECT_EQ(response.groups[0].members.at(0).client_host, "/127.0.0.1");
  });
  leave();
}

TEST_F(EveryGroupVersion, OffsetCommitThenFetch) {
  join();
  sync();
  std::int64_t offset = 100;
  for_each_version<wire::OffsetCommitRequest>([&](std::int16_t version) { commit(version, ++offset); });
  for_each_version<wire::OffsetFetchRequest>(
      [&](std::int16_t version) { EXPECT_EQ(fetch(version), offset) << "version " << version; });
  leave();
  wire::OffsetDeleteRequest request;
  request.group_id = kGroup;
  request.topics.emplace_back().name = kTopic;
  request.topics.back().partitions.emplace_back();
  wire::OffsetDeleteResponse response;
  connection.exchange(0, request, response);
  EXPECT_EQ(response.error_code, ErrorCode::NONE);
  EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::NONE);
}

TEST_F(EveryGroupVersion, ListThenDeleteGroups) {
  join();
  leave();
  for_each_version<wire::ListGroupsRequest>([&](std::int16_t version) {
    wire::ListGroupsResponse response;
    connection.exchange(version, wire::ListGroupsRequest{}, response);
    const auto is_ours = [](const auto& group) { return group.group_id == kGroup; };
    EXPECT_TRUE(std::ranges::any_of(response.groups, is_ours)) << "version " << version;
  });
  for_each_version<wire::DeleteGroupsRequest>([&](std::int16_t version) {
    delete_group(version);
    join();
    leave();
  });
}

}  // namespace
}  // namespace muir::compat
