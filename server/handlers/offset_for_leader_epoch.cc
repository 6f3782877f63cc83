#include "server/handlers/fan_out.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/handlers/topic_lookup.h"
#include "server/publishing/metadata_cache.h"
#include "server/to_wire.h"
#include "wire/schema/offset_for_leader_epoch_request.h"
#include "wire/schema/offset_for_leader_epoch_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::OffsetForLeaderEpochRequest;
using Response = wire::OffsetForLeaderEpochResponse;

struct Lookup {
  PartitionKey key;
  Request::OffsetForLeaderPartition asked;
  Response::EpochEndOffset answer;
};

Task<void> look_up(Result<std::shared_ptr<Partition>> partition, Lookup& lookup) {
  if (!partition) {
    lookup.answer.error_code = to_wire(partition.error());
    co_return;
  }
  std::optional<Epoch> current;
  if (lookup.asked.current_leader_epoch >= 0) current = Epoch{lookup.asked.current_leader_epoch};
  const auto end = (*partition)->epoch_end_offset(current, Epoch{lookup.asked.leader_epoch}, true);
  if (!end) {
    lookup.answer.error_code = to_wire(end.error());
    co_return;
  }
  lookup.answer.leader_epoch = end->epoch.value;
  lookup.answer.end_offset = end->end_offset.value;
}

}  // namespace

// OffsetForLeaderEpoch (API key 23): where an epoch ends in the leader's log, so that a consumer or a replica finds out
// whether its records were truncated (KIP-320).  Versions 2-4.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  const bool is_broker = ctx.may_see(auth::Operation::CLUSTER_ACTION, auth::kCluster);
  std::vector<std::vector<Lookup>> lookups;
  std::vector<Lookup*> work;
  for (const auto& asked_topic : request.topics) {
    const StoredTopicView name = ctx.tenant().to_stored(asked_topic.topic);
    const bool is_allowed = is_broker || ctx.may_topic(auth::Operation::DESCRIBE, name);
    const TopicImage* topic = is_allowed ? ctx.image().topics.find(name) : nullptr;
    auto& of_topic = lookups.emplace_back();
    of_topic.reserve(asked_topic.partitions.size());
    for (const auto& asked : asked_topic.partitions) {
      Lookup& lookup = of_topic.emplace_back();
      lookup.asked = asked;
      lookup.answer.partition = asked.partition;
      const auto key = find_partition(topic, asked.partition);
      if (!is_allowed) {
        lookup.answer.error_code = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
      } else if (!key) {
        lookup.answer.error_code = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
      } else {
        lookup.key = *key;
        work.push_back(&lookup);
      }
    }
  }
  co_await fan_out(ctx.services().replicas, std::move(work), look_up);

  Response response;
  for (std::size_t i = 0; i < lookups.size(); ++i) {
    auto& topic = response.topics.emplace_back();
    topic.topic = request.topics[i].topic;
    for (const Lookup& lookup : lookups[i]) topic.partitions.push_back(lookup.answer);
  }
  co_return response;
}

}  // namespace muir::server
