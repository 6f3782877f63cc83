#include "server/bench/target_topic.h"

#include <algorithm>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "wire/schema/create_topics_request.h"
#include "wire/schema/create_topics_response.h"
#include "wire/schema/delete_topics_request.h"
#include "wire/schema/delete_topics_response.h"
#include "wire/schema/init_producer_id_request.h"
#include "wire/schema/init_producer_id_response.h"
#include "wire/schema/list_offsets_request.h"
#include "wire/schema/list_offsets_response.h"
#include "wire/schema/metadata_request.h"
#include "wire/schema/metadata_response.h"

namespace muir::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using wire::ErrorCode;

constexpr milliseconds kPatience{30'000};
constexpr milliseconds kRetry{2};
constexpr std::int64_t kEarliest = -2;
constexpr std::int64_t kLatest = -1;

ClientResult<> create_topic(BrokerClient& client, const Workload& workload) {
  wire::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = workload.topic;
  topic.num_partitions = workload.create_partitions;
  topic.replication_factor = workload.replication_factor;
  request.timeout_ms = static_cast<std::int32_t>(kPatience.count());
  const auto answer = client.call<wire::CreateTopicsResponse>(request);
  if (!answer) return answer.error();
  if (answer->topics.size() != 1) return client_error("CreateTopics: not one answer to one topic");
  const auto& created = answer->topics.front();
  if (created.error_code == ErrorCode::NONE || created.error_code == ErrorCode::TOPIC_ALREADY_EXISTS) return {};
  return client_error(fmt::format("cannot create topic {}: {} {}", workload.topic, name(created.error_code),
                                  created.error_message.value_or("")));
}

// The topic with its leaders; nothing while a partition has none yet.
ClientResult<std::optional<TargetTopic>> describe_topic(BrokerClient& client, const std::string& topic_name) {
  wire::MetadataRequest request;
  request.topics.emplace().emplace_back().name = topic_name;
  request.allow_auto_topic_creation = false;
  const auto answer = client.call<wire::MetadataResponse>(request);
  if (!answer) return answer.error();
  if (answer->topics.size() != 1) return client_error("Metadata: not one answer to one topic");
  std::map<std::int32_t, std::string> addresses;
  for (const auto& broker : answer->brokers) {
    addresses[broker.node_id] = fmt::format("{}:{}", broker.host, broker.port);
  }
  const auto& found = answer->topics.front();
  if (found.error_code != ErrorCode::NONE) return std::optional<TargetTopic>();
  TargetTopic topic{topic_name, found.topic_id, {}};
  for (const auto& partition : found.partitions) {
    const auto leader = addresses.find(partition.leader_id);
    if (leader == addresses.end()) return std::optional<TargetTopic>();
    topic.partitions.push_back({PartitionId{partition.partition_index}, leader->second, Offset{0}, Offset{0}});
  }
  std::ranges::sort(topic.partitions, {}, &TargetTopic::Partition::id);
  return std::optional(std::move(topic));
}

ClientResult<TargetTopic> await_topic(BrokerClient& client, const Workload& workload) {
  const auto deadline = steady_clock::now() + (workload.create_partitions > 0 ? kPatience : milliseconds(0));
  for (;;) {
    auto topic = describe_topic(client, workload.topic);
    if (!topic) return topic.error();
    if (*topic) {
      const auto partitions = static_cast<std::int32_t>((*topic)->partitions.size());
      if (workload.create_partitions == 0 || partitions == workload.create_partitions) return std::move(**topic);
      return client_error(fmt::format("topic {} exists with {} partitions", workload.topic, partitions));
    }
    if (steady_clock::now() >= deadline) {
      return client_error(fmt::format("topic {} does not exist or has no leaders; --create-topic PARTITIONS makes one",
                                      workload.topic));
    }
    std::this_thread::sleep_for(kRetry);
  }
}

// The broker has not heard yet that it leads: soon it will have.
bool will_lead(ErrorCode error) {
  return error == ErrorCode::NOT_LEADER_OR_FOLLOWER || error == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION ||
         error == ErrorCode::LEADER_NOT_AVAILABLE || error == ErrorCode::OFFSET_NOT_AVAILABLE;
}

// One offset of every partition that this broker leads; false when it does not know all of them yet.
ClientResult<bool> list_offsets(BrokerClient& client, TargetTopic& topic, std::int64_t timestamp,
                                Offset TargetTopic::Partition::* member) {
  wire::ListOffsetsRequest request;
  request.replica_id = -1;
  request.timeout_ms = static_cast<std::int32_t>(kPatience.count());
  auto& asked = request.topics.emplace_back();
  asked.name = topic.name;
  for (const auto& partition : topic.partitions) {
    if (partition.leader == client.address()) {
      asked.partitions.push_back({.partition_index = partition.id.value, .timestamp = timestamp});
    }
  }
  const auto answer = client.call<wire::ListOffsetsResponse>(request);
  if (!answer) return answer.error();
  for (const auto& of_topic : answer->topics) {
    for (const auto& partition : of_topic.partitions) {
      if (will_lead(partition.error_code)) return false;
      if (partition.error_code != ErrorCode::NONE) {
        return client_error(
            fmt::format("ListOffsets {}-{}: {}", topic.name, partition.partition_index, name(partition.error_code)));
      }
      const auto found =
          std::ranges::find(topic.partitions, PartitionId{partition.partition_index}, &TargetTopic::Partition::id);
      if (found != topic.partitions.end()) (*found).*member = Offset{partition.offset};
    }
  }
  return true;
}

ClientResult<> await_offsets(BrokerClient& client, TargetTopic& topic, std::int64_t timestamp,
                             Offset TargetTopic::Partition::* member) {
  for (const auto deadline = steady_clock::now() + kPatience; steady_clock::now() < deadline;) {
    const auto listed = list_offsets(client, topic, timestamp, member);
    if (!listed) return listed.error();
    if (*listed) return {};
    std::this_thread::sleep_for(kRetry);
  }
  return client_error(
      fmt::format("{} does not lead the partitions of {} that it is said to lead", client.address(), topic.name));
}

}  // namespace

ClientResult<> read_offsets(TargetTopic& topic, const Dialer& dialer) {
  std::map<std::string, std::optional<BrokerClient>> leaders;
  for (const auto& partition : topic.partitions) leaders[partition.leader];
  for (auto& [address, client] : leaders) {
    auto connected = BrokerClient::connect(address, dialer);
    if (!connected) return connected.error();
    client.emplace(std::move(*connected));
    for (const auto& [timestamp, member] : {std::pair{kEarliest, &TargetTopic::Partition::start_offset},
                                            std::pair{kLatest, &TargetTopic::Partition::end_offset}}) {
      const auto listed = await_offsets(*client, topic, timestamp, member);
      if (!listed) return listed.error();
    }
  }
  return {};
}

ClientResult<TargetTopic> prepare_topic(BrokerClient& client, const Workload& workload) {
  if (workload.create_partitions > 0) {
    const auto created = create_topic(client, workload);
    if (!created) return created.error();
  }
  auto topic = await_topic(client, workload);
  if (!topic) return topic.error();
  const auto offsets = read_offsets(*topic, client.dialer());
  if (!offsets) return offsets.error();
  return topic;
}

ClientResult<> delete_topic(BrokerClient& client, const TargetTopic& topic) {
  wire::DeleteTopicsRequest request;
  request.topics.emplace_back().name = topic.name;
  request.timeout_ms = static_cast<std::int32_t>(kPatience.count());
  const auto answer = client.call<wire::DeleteTopicsResponse>(request);
  if (!answer) return answer.error();
  if (answer->responses.size() == 1 && answer->responses.front().error_code == ErrorCode::NONE) return {};
  return client_error("cannot delete topic " + topic.name);
}

ClientResult<ProducerIdentity> init_producer_id(BrokerClient& client) {
  wire::InitProducerIdRequest request;
  request.transactional_id = std::nullopt;
  request.transaction_timeout_ms = 60'000;
  const auto deadline = steady_clock::now() + kPatience;
  for (;;) {
    const auto answer = client.call<wire::InitProducerIdResponse>(request);
    if (!answer) return answer.error();
    if (answer->error_code == ErrorCode::NONE) {
      return ProducerIdentity{ProducerId{answer->producer_id}, answer->producer_epoch};
    }
    const bool may_pass = answer->error_code == ErrorCode::COORDINATOR_LOAD_IN_PROGRESS ||
                          answer->error_code == ErrorCode::COORDINATOR_NOT_AVAILABLE ||
                          answer->error_code == ErrorCode::NOT_COORDINATOR;
    if (!may_pass || steady_clock::now() >= deadline) {
      return client_error(fmt::format("InitProducerId: {}", name(answer->error_code)));
    }
    std::this_thread::sleep_for(kRetry);
  }
}

}  // namespace muir::server
