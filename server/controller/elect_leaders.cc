#include "server/controller/elect_leaders.h"

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "server/controller/record_batch.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

std::optional<wire::PartitionChangeRecord> election_of(const DecideContext& context, const TopicImage& topic,
                                                       PartitionId index, const PartitionRegistration& partition,
                                                       Election election) {
  PartitionChange change(partition, topic.id, index, context.cluster_for(topic, partition));
  return change.election(election).build();
}

bool is_needed(const PartitionRegistration& partition, Election election) {
  return election == Election::preferred ? !partition.has_preferred_leader() : !partition.has_leader();
}

ApiError elect(const DecideContext& context, std::string_view name, std::int32_t index, Election election,
               RecordBatch& records) {
  const auto* topic = context.image().topics.find(StoredTopicView{name});
  if (topic == nullptr) return {ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, fmt::format("No such topic as {}", name)};
  const auto* partition = topic->partition(PartitionId{index});
  if (partition == nullptr)
    return {ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, fmt::format("No such partition as {}-{}", name, index)};
  if (!is_needed(*partition, election)) return ApiError::with_default_message(ErrorCode::ELECTION_NOT_NEEDED);
  const auto record = election_of(context, *topic, PartitionId{index}, *partition, election);
  if (!record) {
    return ApiError::with_default_message(election == Election::preferred ? ErrorCode::PREFERRED_LEADER_NOT_AVAILABLE
                                                                          : ErrorCode::ELIGIBLE_LEADERS_NOT_AVAILABLE);
  }
  records.add(*record, partition_change_record_version(context.metadata_version()));
  return {};
}

class Answers {
 public:
  explicit Answers(Decision<wire::ElectLeadersResponse>& decision) : decision_(decision) {}

  void topic(std::string_view name) { decision_.response.replica_election_results.emplace_back().topic = name; }
  void partition(std::int32_t index, const ApiError& error) {
    auto& result = decision_.response.replica_election_results.back().partition_result.emplace_back();
    result.partition_id = index;
    result.error_code = error.code;
    result.error_message = decision_.texts.keep(error.message);
  }

 private:
  Decision<wire::ElectLeadersResponse>& decision_;
};

// Every partition of the cluster; those that are as wished already are not mentioned.
void elect_everywhere(const DecideContext& context, Election election, Decision<wire::ElectLeadersResponse>& decision,
                      RecordBatch& records) {
  Answers answers(decision);
  for (const auto& [name, id] : context.image().topics.ids_by_name()) {
    answers.topic(decision.texts.keep(name.name));
    for (const auto& [index, partition] : context.image().topics.find(id)->partitions) {
      const auto error = elect(context, name.name, index.value, election, records);
      if (error.code != ErrorCode::ELECTION_NOT_NEEDED) answers.partition(index.value, error);
    }
  }
}

void fail_all(const wire::ElectLeadersRequest& request, const ApiError& error,
              Decision<wire::ElectLeadersResponse>& decision) {
  decision.response = {};
  decision.response.error_code = error.code;
  if (!request.topic_partitions) return;
  Answers answers(decision);
  for (const auto& topic : *request.topic_partitions) {
    answers.topic(topic.topic);
    for (const auto index : topic.partitions) answers.partition(index, error);
  }
}

}  // namespace

Decision<wire::ElectLeadersResponse> decide_elect_leaders(const DecideContext& context,
                                                          const wire::ElectLeadersRequest& request) {
  Decision<wire::ElectLeadersResponse> decision;
  decision.is_atomic = false;
  if (request.election_type != 0 && request.election_type != 1) {
    const ApiError error(ErrorCode::INVALID_REQUEST, fmt::format("Unknown election type {}", request.election_type));
    fail_all(request, error, decision);
    return decision;
  }
  const auto election = request.election_type == 0 ? Election::preferred : Election::unclean;
  RecordBatch records;
  if (!request.topic_partitions) {
    elect_everywhere(context, election, decision, records);
  } else {
    Answers answers(decision);
    for (const auto& topic : *request.topic_partitions) {
      answers.topic(topic.topic);
      for (const auto index : topic.partitions)
        answers.partition(index, elect(context, topic.topic, index, election, records));
    }
  }
  if (records.problem().failed()) {
    fail_all(request, records.problem(), decision);
    return decision;
  }
  decision.records = records.take();
  return decision;
}

void balance_leaders(const DecideContext& context, RecordBatch& records) {
  for (const auto& [id, topic] : context.image().topics.by_id()) {
    for (const auto& [index, partition] : topic->partitions) {
      if (records.size() >= kElectionsPerStepMax) return;
      if (partition->has_preferred_leader()) continue;
      const auto record = election_of(context, *topic, index, *partition, Election::preferred);
      if (record) records.add(*record, partition_change_record_version(context.metadata_version()));
    }
  }
}

void elect_unclean_leaders(const DecideContext& context, RecordBatch& records) {
  for (const auto& [id, topic] : context.image().topics.by_id()) {
    for (const auto& [index, partition] : topic->partitions) {
      if (records.size() >= kElectionsPerStepMax) return;
      if (partition->has_leader() || !context.is_unclean_election_enabled(topic->name)) continue;
      const auto record = election_of(context, *topic, index, *partition, Election::unclean);
      if (record) records.add(*record, partition_change_record_version(context.metadata_version()));
    }
  }
}

}  // namespace muir::server
