#include <algorithm>

#include "server/controller/api_error.h"
#include "server/controller/topic_rules.h"
#include "server/handlers/fan_out.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/handlers/topic_lookup.h"
#include "server/publishing/metadata_cache.h"
#include "server/to_wire.h"
#include "wire/schema/describe_producers_request.h"
#include "wire/schema/describe_producers_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::DescribeProducersRequest;
using Response = wire::DescribeProducersResponse;

struct Lookup {
  PartitionKey key;
  Response::PartitionResponse answer;
};

Task<void> describe_one(Result<std::shared_ptr<Partition>> partition, Lookup& lookup) {
  if (!partition) {
    lookup.answer.error_code = to_wire(partition.error());
    co_return;
  }
  auto& producers = lookup.answer.active_producers;
  for (const auto& [id, entry] : (*partition)->log().producers().producers()) {
    producers.push_back({.producer_id = id.value,
                         .producer_epoch = entry.producer_epoch,
                         .last_sequence = entry.last_sequence(),
                         .last_timestamp = entry.last_timestamp,
                         .coordinator_epoch = entry.coordinator_epoch,
                         .current_txn_start_offset = entry.current_txn_first_offset.value_or(kNoOffset).value});
  }
  std::ranges::sort(producers, {}, [](const auto& producer) { return producer.producer_id; });
}

// Why nothing is told of any partition of the topic.
ApiError problem_with(RequestContext& ctx, StoredTopicView topic) {
  if (auto why = topic_name_problem(topic.name)) return {ErrorCode::INVALID_TOPIC_EXCEPTION, std::move(*why)};
  if (!ctx.may_topic(auth::Operation::READ, topic))
    return ApiError::with_default_message(ErrorCode::TOPIC_AUTHORIZATION_FAILED);
  if (ctx.image().topics.find(topic) == nullptr)
    return ApiError::with_default_message(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  return {};
}

}  // namespace

// DescribeProducers (API key 61): the idempotent and transactional producers that partitions remember (KIP-664).
// Version 0.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  std::vector<std::vector<Lookup>> lookups;
  std::vector<Lookup*> work;
  for (const auto& asked_topic : request.topics) {
    const StoredTopicView name = ctx.tenant().to_stored(asked_topic.name);
    const ApiError problem = problem_with(ctx, name);
    auto& of_topic = lookups.emplace_back();
    of_topic.reserve(asked_topic.partition_indexes.size());
    for (const std::int32_t index : asked_topic.partition_indexes) {
      Lookup& lookup = of_topic.emplace_back();
      lookup.answer.partition_index = index;
      lookup.answer.error_code = problem.code;
      if (problem.message) lookup.answer.error_message = ctx.keep(*problem.message);
      if (problem.failed()) continue;
      const auto key = find_partition(ctx.image().topics.find(name), index);
      lookup.answer.error_code = key ? ErrorCode::NONE : ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
      if (!key) continue;
      lookup.key = *key;
      work.push_back(&lookup);
    }
  }
  co_await fan_out(ctx.services().replicas, std::move(work),
                   [](auto partition, Lookup& lookup) { return describe_one(std::move(partition), lookup); });

  Response response;
  for (std::size_t i = 0; i < lookups.size(); ++i) {
    auto& topic = response.topics.emplace_back();
    topic.name = request.topics[i].name;
    for (Lookup& lookup : lookups[i]) topic.partitions.push_back(std::move(lookup.answer));
  }
  co_return response;
}

}  // namespace muir::server
