#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/replica/replica_manager.h"
#include "server/to_wire.h"
#include "wire/schema/alter_replica_log_dirs_request.h"
#include "wire/schema/alter_replica_log_dirs_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::AlterReplicaLogDirsRequest;
using Response = wire::AlterReplicaLogDirsResponse;

Task<ErrorCode> alter(RequestContext& ctx, StoredTopic topic, PartitionId partition, std::string dir) {
  ReplicaManager& replicas = *ctx.services().replica_manager;
  const auto begin = [&] { return replicas.alter_log_dir(topic, partition, dir); };
  const auto begun = co_await call(*ctx.services().shards.front(), begin);
  co_return begun ? ErrorCode::NONE : move_to_wire(begun.error());
}

}  // namespace

// AlterReplicaLogDirs (API key 34): moves replicas between this broker's log directories (KIP-113).  Versions 1-2.
// Answered when the moves have begun; DescribeLogDirs tells how far they are.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  const bool is_allowed = ctx.may_cluster(auth::Operation::ALTER);
  // Who names a partition twice means the last.
  std::map<std::string_view, std::map<std::int32_t, std::string_view>> wanted;
  for (const auto& dir : request.dirs)
    for (const auto& topic : dir.topics)
      for (const std::int32_t index : topic.partitions) wanted[topic.name][index] = dir.path;

  Response response;
  for (const auto& [name, partitions] : wanted) {
    auto& result = response.results.emplace_back();
    result.topic_name = name;
    const StoredTopic stored(ctx.tenant().to_stored(name));
    for (const auto& [index, dir] : partitions) {
      ErrorCode code = ErrorCode::CLUSTER_AUTHORIZATION_FAILED;
      if (is_allowed) code = co_await alter(ctx, stored, PartitionId{index}, std::string(dir));
      result.partitions.push_back({.partition_index = index, .error_code = code});
    }
  }
  co_return response;
}

}  // namespace muir::server
