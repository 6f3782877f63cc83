#include "compat-tests/clients/rdkafka_admin.h"

#include <chrono>
#include <memory>
#include <thread>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include "compat-tests/clients/rdkafka_admin_call.h"
#include "compat-tests/clients/rdkafka_cluster.h"

namespace muir::compat {
namespace {

constexpr int kPatienceMs = std::chrono::milliseconds(kPatience).count();

// The error of the whole answer, otherwise of its only topic.
template <typename Result, typename Topics>
RdKafka::ErrorCode error_of(const AdminEvent& event, const Result* result, Topics topics) {
  if (!event) return RdKafka::ERR__TIMED_OUT;
  if (const auto error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return static_cast<RdKafka::ErrorCode>(error);
  }
  std::size_t count = 0;
  const auto* const* all = topics(result, &count);
  if (count != 1) return RdKafka::ERR__BAD_MSG;
  return static_cast<RdKafka::ErrorCode>(rd_kafka_topic_result_error(all[0]));
}

}  // namespace

RdKafka::ErrorCode create_topic(const std::string& topic, int partitions,
                                const std::map<std::string, std::string>& configs) {
  char error[512];
  rd_kafka_NewTopic_t* wanted = rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, error, sizeof(error));
  if (wanted == nullptr) return RdKafka::ERR__INVALID_ARG;
  for (const auto& [key, value] : configs) rd_kafka_NewTopic_set_config(wanted, key.c_str(), value.c_str());
  const auto event = admin_call(RD_KAFKA_ADMIN_OP_CREATETOPICS, [&](auto* options, auto* queue) {
    rd_kafka_CreateTopics(admin_client(), &wanted, 1, options, queue);
  });
  rd_kafka_NewTopic_destroy(wanted);
  return error_of(event, rd_kafka_event_CreateTopics_result(event.get()), rd_kafka_CreateTopics_result_topics);
}

RdKafka::ErrorCode delete_topic(const std::string& topic) {
  rd_kafka_DeleteTopic_t* doomed = rd_kafka_DeleteTopic_new(topic.c_str());
  const auto event = admin_call(RD_KAFKA_ADMIN_OP_DELETETOPICS, [&](auto* options, auto* queue) {
    rd_kafka_DeleteTopics(admin_client(), &doomed, 1, options, queue);
  });
  rd_kafka_DeleteTopic_destroy(doomed);
  return error_of(event, rd_kafka_event_DeleteTopics_result(event.get()), rd_kafka_DeleteTopics_result_topics);
}

RdKafka::ErrorCode create_partitions(const std::string& topic, int total) {
  char error[512];
  rd_kafka_NewPartitions_t* wanted = rd_kafka_NewPartitions_new(topic.c_str(), total, error, sizeof(error));
  const auto event = admin_call(RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, [&](auto* options, auto* queue) {
    rd_kafka_CreatePartitions(admin_client(), &wanted, 1, options, queue);
  });
  rd_kafka_NewPartitions_destroy(wanted);
  return error_of(event, rd_kafka_event_CreatePartitions_result(event.get()), rd_kafka_CreatePartitions_result_topics);
}

RdKafka::ErrorCode delete_records(const std::string& topic, int partition, std::int64_t offset) {
  rd_kafka_topic_partition_list_t* before = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(before, topic.c_str(), partition)->offset = offset;
  rd_kafka_DeleteRecords_t* doomed = rd_kafka_DeleteRecords_new(before);
  const auto event = admin_call(RD_KAFKA_ADMIN_OP_DELETERECORDS, [&](auto* options, auto* queue) {
    rd_kafka_DeleteRecords(admin_client(), &doomed, 1, options, queue);
  });
  rd_kafka_DeleteRecords_destroy(doomed);
  rd_kafka_topic_partition_list_destroy(before);
  if (!event) return RdKafka::ERR__TIMED_OUT;
  if (rd_kafka_event_error(event.get())) return static_cast<RdKafka::ErrorCode>(rd_kafka_event_error(event.get()));
  const auto* left = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  return static_cast<RdKafka::ErrorCode>(left->elems[0].err);
}

std::map<std::string, std::string> describe_topic(const std::string& topic) {
  rd_kafka_ConfigResource_t* resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  const auto event = admin_call(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, [&](auto* options, auto* queue) {
    rd_kafka_DescribeConfigs(admin_client(), &resource, 1, options, queue);
  });
  rd_kafka_ConfigResource_destroy(resource);
  std::map<std::string, std::string> configs;
  if (!event || rd_kafka_event_error(event.get())) return configs;
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConfigs_result(event.get());
  const auto* const* resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
  if (count != 1) return configs;
  const auto* const* entries = rd_kafka_ConfigResource_configs(resources[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    configs.emplace(rd_kafka_ConfigEntry_name(entries[i]), value ? value : "");
  }
  return configs;
}

namespace {

// Asking for the topic by name also renews what the client remembers of it.
bool knows_leaders(const std::string& topic, int partitions) {
  const std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)> handle{
      rd_kafka_topic_new(admin_client(), topic.c_str(), nullptr), rd_kafka_topic_destroy};
  const struct rd_kafka_metadata* raw = nullptr;
  if (rd_kafka_metadata(admin_client(), 0, handle.get(), &raw, kPatienceMs) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  const std::unique_ptr<const struct rd_kafka_metadata, decltype(&rd_kafka_metadata_destroy)> metadata{
      raw, rd_kafka_metadata_destroy};
  const auto& seen = raw->topics[0];
  if (seen.err != RD_KAFKA_RESP_ERR_NO_ERROR || seen.partition_cnt != partitions) return false;
  for (int i = 0; i < partitions; ++i) {
    if (seen.partitions[i].leader < 0) return false;
  }
  return true;
}

bool answers(const std::string& topic, int partitions) {
  std::int64_t low = 0, high = 0;
  for (int i = 0; i < partitions; ++i) {
    if (rd_kafka_query_watermark_offsets(admin_client(), topic.c_str(), i, &low, &high, kPatienceMs)) return false;
  }
  return true;
}

}  // namespace

// A topic exists when the controller has written it down; its partitions answer a moment later.
void await_leaders(const std::string& topic, int partitions) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!knows_leaders(topic, partitions) || !answers(topic, partitions)) {
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << topic << " has no leader for each of " << partitions << " partitions";
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace muir::compat
