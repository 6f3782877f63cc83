#include <algorithm>

#include "server/handlers/fan_out.h"
#include "server/handlers/handlers.h"
#include "server/handlers/internal_topics.h"
#include "server/handlers/services.h"
#include "server/handlers/topic_lookup.h"
#include "server/publishing/metadata_cache.h"
#include "server/to_wire.h"
#include "wire/schema/delete_records_request.h"
#include "wire/schema/delete_records_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::DeleteRecordsRequest;
using Response = wire::DeleteRecordsResponse;

struct Deletion {
  PartitionKey key;
  Offset offset{};
  Response::DeleteRecordsPartitionResult answer;
};

Task<void> delete_one(Result<std::shared_ptr<Partition>> partition, Deletion& deletion, Instant deadline) {
  deletion.answer.low_watermark = -1;
  if (!partition) {
    deletion.answer.error_code = to_wire(partition.error());
    co_return;
  }
  const auto low_watermark = co_await (*partition)->delete_records(deletion.offset, deadline);
  if (low_watermark) {
    deletion.answer.low_watermark = low_watermark->value;
  } else {
    deletion.answer.error_code = to_wire(low_watermark.error());
  }
}

ErrorCode admit(RequestContext& ctx, StoredTopicView name, const std::optional<PartitionKey>& key) {
  if (!ctx.may_topic(auth::Operation::DELETE, name)) return ErrorCode::TOPIC_AUTHORIZATION_FAILED;
  if (!key) return ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
  return is_internal_topic(name) ? ErrorCode::INVALID_TOPIC_EXCEPTION : ErrorCode::NONE;
}

}  // namespace

// DeleteRecords (API key 21): moves the start of logs forward (KIP-107).  Versions 0-2.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  std::vector<std::vector<Deletion>> deletions;
  std::vector<Deletion*> work;
  for (const auto& asked_topic : request.topics) {
    const StoredTopicView name = ctx.tenant().to_stored(asked_topic.name);
    auto& of_topic = deletions.emplace_back();
    of_topic.reserve(asked_topic.partitions.size());
    for (const auto& asked : asked_topic.partitions) {
      const auto key = find_partition(ctx.image().topics.find(name), asked.partition_index);
      Deletion& deletion = of_topic.emplace_back();
      deletion.offset = Offset{asked.offset};
      deletion.answer.partition_index = asked.partition_index;
      deletion.answer.low_watermark = -1;
      deletion.answer.error_code = admit(ctx, name, key);
      if (deletion.answer.error_code != ErrorCode::NONE) continue;
      deletion.key = *key;
      work.push_back(&deletion);
    }
  }
  const Instant deadline = ctx.services().clock.now() + std::chrono::milliseconds(std::max(request.timeout_ms, 0));
  co_await fan_out(ctx.services().replicas, std::move(work), [deadline](auto partition, Deletion& deletion) {
    return delete_one(std::move(partition), deletion, deadline);
  });

  Response response;
  for (std::size_t i = 0; i < deletions.size(); ++i) {
    auto& topic = response.topics.emplace_back();
    topic.name = request.topics[i].name;
    for (const Deletion& deletion : deletions[i]) topic.partitions.push_back(deletion.answer);
  }
  co_return response;
}

}  // namespace muir::server
