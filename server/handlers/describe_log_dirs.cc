#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/replica/future_replica.h"
#include "server/replica/hosted_replicas.h"
#include "server/replica/log_manager.h"
#include "server/runtime/pool.h"
#include "storage/disk/file_system_space.h"
#include "wire/schema/describe_log_dirs_request.h"
#include "wire/schema/describe_log_dirs_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::DescribeLogDirsRequest;
using Response = wire::DescribeLogDirsResponse;
using LogDirs = std::vector<LogManager::DirStatus>;

// One open log, as DescribeLogDirs tells of it.
struct HostedLog {
  std::string dir;
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t size_bytes = 0;
  std::int64_t offset_lag = 0;
  bool is_future = false;
};

// By directory, then by topic.
using LogsByDir = std::map<std::string, std::map<std::string, std::vector<HostedLog>>>;

struct DirSpace {
  std::string path;
  Result<storage::FileSystemSpace> space;
};

Task<LogDirs> dirs_at_home(const LogManager& logs) { co_return logs.dirs(); }

HostedLog described(const Partition& partition, const storage::Log& log, std::int64_t offset_lag, bool is_future) {
  return {LogManager::dir_of(log.directory()),
          partition.id().topic.name,
          partition.id().key.partition.value,
          static_cast<std::int64_t>(log.size_bytes()),
          offset_lag,
          is_future};
}

Task<std::vector<HostedLog>> logs_at_home(const ShardReplicas& replicas) {
  std::vector<HostedLog> logs;
  for (const auto& partition : replicas.all()) {
    const storage::Log& log = partition->log();
    const std::int64_t lag = log.high_watermark().value - log.log_end_offset().value;
    logs.push_back(described(*partition, log, std::max<std::int64_t>(lag, 0), false));
    if (partition->future() == nullptr) continue;
    // How far the copy is behind the log that it is made from.
    const storage::Log& future = partition->future()->log();
    logs.push_back(described(*partition, future, log.log_end_offset() - future.log_end_offset(), true));
  }
  co_return logs;
}

// Which partitions are asked for; null: all of them.
class Wanted {
 public:
  Wanted(RequestContext& ctx, const Request& request) : is_all_(!request.topics) {
    if (is_all_) return;
    for (const auto& topic : *request.topics)
      for (const std::int32_t index : topic.partitions)
        partitions_.emplace(ctx.tenant().to_stored(topic.topic).name, index);
  }
  bool contains(const HostedLog& log) const { return is_all_ || partitions_.contains({log.topic, log.partition}); }

 private:
  bool is_all_;
  std::set<std::pair<std::string, std::int32_t>> partitions_;
};

Task<LogsByDir> wanted_logs(RequestContext& ctx, const Request& request) {
  HostedReplicas& replicas = ctx.services().replicas;
  const Wanted wanted(ctx, request);
  LogsByDir by_dir;
  for (std::size_t shard = 0; shard < replicas.shards().size(); ++shard) {
    const auto gather = [&replicas, shard] { return logs_at_home(replicas.on(shard)); };
    std::vector<HostedLog> logs = co_await call(*replicas.shards()[shard], gather);
    for (HostedLog& log : logs)
      if (wanted.contains(log)) by_dir[log.dir][log.topic].push_back(std::move(log));
  }
  co_return by_dir;
}

std::vector<DirSpace> measure(const LogDirs& dirs) {
  std::vector<DirSpace> spaces;
  for (const auto& dir : dirs) spaces.push_back({dir.path, storage::file_system_space(dir.path)});
  return spaces;
}

void write_logs(RequestContext& ctx, const std::map<std::string, std::vector<HostedLog>>& logs,
                Response::DescribeLogDirsResult& result) {
  for (const auto& [name, partitions] : logs) {
    auto& topic = result.topics.emplace_back();
    topic.name = ctx.tenant().to_client(StoredTopicView{ctx.keep(name)});
    for (const HostedLog& log : partitions) {
      topic.partitions.push_back({.partition_index = log.partition,
                                  .partition_size = log.size_bytes,
                                  .offset_lag = log.offset_lag,
                                  .is_future_key = log.is_future});
    }
  }
}

}  // namespace

// DescribeLogDirs (API key 35): what lies in this broker's log directories, and how much room there is (KIP-113,
// KIP-827); since 5 whether a directory is cordoned (KIP-1066).  Versions 1-5.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  Response response;
  if (!ctx.may_cluster(auth::Operation::DESCRIBE)) {
    response.error_code = ErrorCode::CLUSTER_AUTHORIZATION_FAILED;
    co_return response;
  }
  const LogManager& manager = *ctx.services().logs;
  const auto ask_dirs = [&manager] { return dirs_at_home(manager); };
  const LogDirs dirs = co_await call(*ctx.services().shards.front(), ask_dirs);
  const LogsByDir logs = co_await wanted_logs(ctx, request);
  const auto measure_all = [&dirs] { return measure(dirs); };
  const auto spaces = co_await ctx.services().pool->run(measure_all);

  const bool knows_cordons = ctx.image().features.record_options().metadata_version >= kCordonedLogDirsLevel;
  for (std::size_t i = 0; i < dirs.size(); ++i) {
    auto& result = response.results.emplace_back();
    result.log_dir = ctx.keep(std::filesystem::absolute(dirs[i].path).string());
    if (!dirs[i].is_online || !spaces[i].space) {
      result.error_code = ErrorCode::KAFKA_STORAGE_ERROR;
      continue;
    }
    result.is_cordoned = knows_cordons && dirs[i].is_cordoned;
    result.total_bytes = spaces[i].space->total_bytes;
    result.usable_bytes = spaces[i].space->usable_bytes;
    if (const auto at = logs.find(dirs[i].path); at != logs.end()) write_logs(ctx, at->second, result);
  }
  co_return response;
}

}  // namespace muir::server
