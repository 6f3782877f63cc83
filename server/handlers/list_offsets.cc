#include <algorithm>
#include <map>

#include "server/handlers/fan_out.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/handlers/topic_lookup.h"
#include "server/publishing/metadata_cache.h"
#include "server/replica/special_timestamp.h"
#include "server/to_wire.h"
#include "wire/schema/list_offsets_request.h"
#include "wire/schema/list_offsets_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::ListOffsetsRequest;
using Response = wire::ListOffsetsResponse;

constexpr std::int32_t kConsumer = -1;
constexpr std::int32_t kDebuggingConsumer = -2;

// How the request as a whole is read.
struct Reading {
  std::optional<FetchIsolation> isolation;
  bool leader_only = true;
};

struct Lookup {
  PartitionKey key;
  Request::ListOffsetsPartition asked;
  Response::ListOffsetsPartitionResponse* answer = nullptr;
};

// Each special timestamp came with a version of its own.
bool is_known_timestamp(std::int64_t timestamp, std::int16_t version) {
  switch (timestamp) {
    case kMaxTimestamp:
      return version >= 7;
    case kEarliestLocalTimestamp:
      return version >= 8;
    case kLatestTieredTimestamp:
      return version >= 9;
    case kEarliestPendingUploadTimestamp:
      return version >= 11;
    default:
      return timestamp >= kEarliestTimestamp;
  }
}

Task<void> look_up(Result<std::shared_ptr<Partition>> partition, Lookup& lookup, Reading reading,
                   std::int16_t version) {
  auto& answer = *lookup.answer;
  if (!partition) {
    answer.error_code = to_wire(partition.error());
    co_return;
  }
  std::optional<Epoch> epoch;
  if (lookup.asked.current_leader_epoch >= 0) epoch = Epoch{lookup.asked.current_leader_epoch};
  const auto found =
      co_await (*partition)->offset_for(lookup.asked.timestamp, reading.isolation, epoch, reading.leader_only);
  if (!found) {
    answer.error_code = to_wire(found.error());
    // Clients before version 5 do not know the code (KIP-207).
    if (answer.error_code == ErrorCode::OFFSET_NOT_AVAILABLE && version < 5) {
      answer.error_code = ErrorCode::LEADER_NOT_AVAILABLE;
    }
  } else if (*found) {
    answer.timestamp = (*found)->timestamp;
    answer.offset = (*found)->offset.value;
    if (version >= 4) answer.leader_epoch = (*found)->leader_epoch.value;
  }
}

std::map<std::pair<std::string_view, std::int32_t>, int> count_partitions(const Request& request) {
  std::map<std::pair<std::string_view, std::int32_t>, int> counts;
  for (const auto& topic : request.topics) {
    for (const auto& partition : topic.partitions) ++counts[{topic.name, partition.partition_index}];
  }
  return counts;
}

}  // namespace

// ListOffsets (API key 2): the first offset at or after a time, or one of the special places of a log.
// Versions 1-11.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  Response response;
  std::vector<Lookup> lookups;
  const auto counts = count_partitions(request);
  for (const auto& asked_topic : request.topics) {
    const StoredTopicView name = ctx.tenant().to_stored(asked_topic.name);
    const bool may_describe = ctx.may_topic(auth::Operation::DESCRIBE, name);
    const TopicImage* topic = may_describe ? ctx.image().topics.find(name) : nullptr;
    auto& answers = response.topics.emplace_back();
    answers.name = asked_topic.name;
    for (const auto& asked : asked_topic.partitions) {
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = asked.partition_index;
      if (!may_describe) {
        answer.error_code = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
      } else if (counts.at({asked_topic.name, asked.partition_index}) > 1) {
        answer.error_code = ErrorCode::INVALID_REQUEST;
      } else if (!is_known_timestamp(asked.timestamp, ctx.api_version)) {
        answer.error_code = ErrorCode::UNSUPPORTED_VERSION;
      } else if (const auto key = find_partition(topic, asked.partition_index)) {
        lookups.push_back({*key, asked, nullptr});
      } else {
        answer.error_code = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
      }
    }
  }
  // Only now do the answers stay where they are.
  auto next = lookups.begin();
  std::vector<Lookup*> work;
  for (std::size_t i = 0; i < request.topics.size(); ++i) {
    for (std::size_t j = 0; j < request.topics[i].partitions.size(); ++j) {
      auto& answer = response.topics[i].partitions[j];
      if (answer.error_code != ErrorCode::NONE) continue;
      next->answer = &answer;
      work.push_back(&*next++);
    }
  }
  Reading reading;
  reading.leader_only = request.replica_id != kDebuggingConsumer;
  if (request.replica_id == kConsumer) {
    reading.isolation = request.isolation_level == 1 ? FetchIsolation::txn_committed : FetchIsolation::high_watermark;
  }
  const std::int16_t version = ctx.api_version;
  co_await fan_out(ctx.services().replicas, std::move(work), [reading, version](auto partition, Lookup& lookup) {
    return look_up(std::move(partition), lookup, reading, version);
  });
  co_return response;
}

}  // namespace muir::server
