// Future logs: the copies that AlterReplicaLogDirs makes in another directory (KIP-113).

#include "server/replica/log_manager.h"
#include "server/runtime/log.h"
#include "storage/log/file_names.h"

namespace muir::server {
namespace {

// More wishes than any tool has at a time; those that nobody ever acts on must not pile up.
constexpr std::size_t kPreferredMax = 100'000;

}  // namespace

Task<Result<std::unique_ptr<storage::Log>>> LogManager::create_future(Pool& pool, TopicIdPartition id, std::string dir,
                                                                      storage::LogConfig config) {
  Managed* const managed = find(dir);
  if (managed == nullptr || !managed->open) co_return ReplicaErrc::kafka_storage_error;
  const std::string name = storage::unique_directory_name(id.topic.name, id.key.partition, storage::kFutureDirSuffix);
  ++managed->partitions;
  storage::LogOpenParams params{managed->dir.path + "/" + name, std::move(config), id.key.topic_id, true};
  auto log = co_await pool.run([&] { return storage::Log::open(disk_, std::move(params), clock_); });
  if (!log) --managed->partitions;
  co_return log;
}

Task<Result<std::unique_ptr<storage::Log>>> LogManager::promote(Pool& pool, TopicIdPartition id, std::string from,
                                                                storage::LogConfig config, Offset log_start_offset,
                                                                Offset log_end_offset) {
  const std::string parent = storage::parent_directory(from);
  storage::LogOpenParams params{parent + "/" + storage::partition_directory_name(id.topic.name, id.key.partition),
                                std::move(config),
                                id.key.topic_id,
                                true,
                                log_end_offset,
                                log_start_offset};
  auto log = co_await pool.run([&]() -> Result<std::unique_ptr<storage::Log>> {
    const auto renamed = disk_.rename(from, params.directory).get();
    if (!renamed) return renamed.error();
    const auto synced = disk_.sync_directory(parent).get();
    if (!synced) return synced.error();
    return storage::Log::open(disk_, std::move(params), clock_);
  });
  co_return log;
}

void LogManager::prefer(const TopicIdPartition& id, std::string dir) {
  const std::pair<std::string, PartitionId> key{id.topic.name, id.key.partition};
  if (preferred_.size() < kPreferredMax || preferred_.contains(key)) preferred_[key] = std::move(dir);
}

}  // namespace muir::server
