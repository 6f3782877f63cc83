#include "server/replica/log_manager.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "server/runtime/log.h"
#include "storage/disk/file_system_sync.h"
#include "storage/log/file_names.h"
#include "storage/log/log_directory.h"
#include "storage/log/new_partition_directories.h"

namespace muir::server {
namespace {

// So many new partitions cost more than what others have not written back.
constexpr std::size_t kWorthASyncOfAll = 32;

constexpr std::size_t kRemovedAtOnceMax = 16;

std::vector<Result<void>> remove_directories(storage::Disk& disk, std::span<const std::string> directories) {
  std::vector<Result<void>> outcomes;
  for (const std::string& directory : directories)
    outcomes.push_back(storage::remove_partition_directory(disk, directory).run_inline());
  return outcomes;
}

}  // namespace

LogManager::LogManager(storage::Disk& disk, LogManagerSettings settings, const Clock& clock)
    : disk_(disk), settings_(std::move(settings)), clock_(clock) {}

Result<std::unique_ptr<LogManager>> LogManager::start(storage::Disk& disk, LogManagerSettings settings,
                                                      const Clock& clock) {
  auto manager = std::unique_ptr<LogManager>(new LogManager(disk, std::move(settings), clock));
  std::set<std::string> paths;
  for (const auto& dir : manager->settings_.dirs) {
    if (!paths.insert(dir.path).second) return ReplicaErrc::log_dir_duplicate;
    auto opened = dir.is_unusable ? Result<std::unique_ptr<LogDir>>(ReplicaErrc::kafka_storage_error)
                                  : LogDir::open(disk, dir.path, dir.id);
    if (!opened && opened.error() == ReplicaErrc::log_dir_locked) return opened.error();
    if (!opened) log_error("log directory offline", field("dir", dir.path), field("error", opened.error().message()));
    manager->dirs_.push_back({dir, opened ? std::move(*opened) : nullptr, 0, false});
  }
  if (manager->online_dirs().empty()) return ReplicaErrc::log_dirs_all_failed;
  return manager;
}

std::optional<std::int64_t> LogManager::broker_epoch_of_clean_stop() {
  if (has_offline_dirs()) return std::nullopt;
  std::optional<std::int64_t> common;
  for (Managed& managed : dirs_) {
    const auto epoch = managed.open->broker_epoch_of_clean_stop();
    if (!epoch || (common && *common != -1 && *common != *epoch)) return std::nullopt;
    common = epoch;
  }
  return common;
}

std::optional<OpenedLog> LogManager::take(const PartitionKey& key) {
  auto node = loaded_.extract(key);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

std::optional<OpenedLog> LogManager::take_future(const PartitionKey& key) {
  auto node = futures_.extract(key);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

Task<void> LogManager::prepare(Pool& pool, std::vector<NewReplica> replicas) {
  for (const Managed& managed : dirs_) {
    std::vector<storage::NewPartitionDirectory> directories;
    const std::string path = managed.dir.path;
    for (const NewReplica& replica : replicas) {
      if (!managed.open || replica.directory != managed.dir.id) continue;
      if (preferred_.contains({replica.id.topic.name, replica.id.key.partition})) continue;  // It goes elsewhere.
      const auto name = storage::partition_directory_name(replica.id.topic.name, replica.id.key.partition);
      directories.push_back({path + "/" + name, replica.id.key.topic_id, replica.first_epoch});
    }
    if (directories.size() < kWorthASyncOfAll) continue;
    const auto made = co_await pool.run([&] {
      return storage::make_partition_directories(disk_, std::move(directories),
                                                 [&] { return storage::sync_file_system(path); });
    });
    if (!made)
      log_warn("partition directories are made one by one", field("dir", path), field("error", made.error().message()));
  }
}

Task<Result<OpenedLog>> LogManager::create(Pool& pool, TopicIdPartition id, Uuid directory, bool is_new,
                                           storage::LogConfig config, std::optional<Epoch> first_epoch) {
  // It may lie where we cannot look: a second, empty replica must not pass for it.
  const bool may_be_offline = has_offline_dirs() && (find_id(directory) == nullptr || futures_.contains(id.key));
  if (!is_new && may_be_offline) co_return ReplicaErrc::kafka_storage_error;
  Managed* const managed = choose(id, directory);
  if (managed == nullptr) co_return ReplicaErrc::kafka_storage_error;
  ++managed->partitions;

  const std::string name = storage::partition_directory_name(id.topic.name, id.key.partition);
  storage::LogOpenParams params{managed->dir.path + "/" + name, std::move(config), id.key.topic_id, true};
  params.first_epoch = first_epoch;
  auto log = co_await pool.run([&] { return storage::Log::open(disk_, std::move(params), clock_); });
  if (!log) {
    --managed->partitions;
    co_return log.error();
  }
  co_return OpenedLog{std::move(*log), Offset{0}};
}

void LogManager::deleted(const std::string& log_directory, const std::string& renamed_to, Instant remove_at) {
  if (Managed* const managed = find(dir_of(log_directory)); managed && managed->partitions > 0) --managed->partitions;
  if (!renamed_to.empty()) doomed_.push_back({renamed_to, remove_at});
}

Task<void> LogManager::remove_deleted(Pool& pool) {
  std::vector<std::string> due;
  std::erase_if(doomed_, [&](const Doomed& doomed) {
    if (clock_.now() < doomed.remove_at) return false;
    due.push_back(doomed.directory);
    return true;
  });
  // Some at a time: a hop to the pool for each costs more than its removal, and others need the pool too.
  for (std::span<const std::string> rest = due; !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kRemovedAtOnceMax));
    rest = rest.subspan(some.size());
    const auto outcomes = co_await pool.run([&] { return remove_directories(disk_, some); });
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (outcomes[i])
        log_info("partition directory removed", field("dir", some[i]));
      else
        log_error("partition directory not removed", field("dir", some[i]),
                  field("error", outcomes[i].error().message()));
    }
  }
}

Result<void> LogManager::dir_failed(const std::string& dir) {
  if (Managed* const managed = find(dir); managed != nullptr) managed->open.reset();
  if (online_dirs().empty()) return ReplicaErrc::log_dirs_all_failed;
  return ok();
}

std::string LogManager::dir_of(const std::string& log_directory) { return storage::parent_directory(log_directory); }

std::optional<Uuid> LogManager::dir_id(const std::string& dir) const {
  const auto found = std::ranges::find(dirs_, dir, [](const Managed& managed) { return managed.dir.path; });
  return found == dirs_.end() ? std::nullopt : std::optional(found->dir.id);
}

std::vector<Uuid> LogManager::online_dirs() const {
  std::vector<Uuid> ids;
  for (const Managed& managed : dirs_)
    if (managed.open) ids.push_back(managed.dir.id);
  return ids;
}

std::vector<LogManager::DirStatus> LogManager::dirs() const {
  std::vector<DirStatus> dirs;
  for (const Managed& managed : dirs_)
    dirs.push_back({managed.dir.path, managed.open != nullptr, is_cordoned(managed)});
  return dirs;
}

std::vector<Uuid> LogManager::cordoned_dirs() const {
  std::vector<Uuid> ids;
  for (const Managed& managed : dirs_)
    if (managed.open && is_cordoned(managed)) ids.push_back(managed.dir.id);
  return ids;
}

std::optional<LogManager::DirStatus> LogManager::dir_at(const std::string& path) const {
  for (const DirStatus& dir : dirs())
    if (dir.path == path || std::filesystem::absolute(dir.path) == path) return dir;
  return std::nullopt;
}

bool LogManager::is_cordoned(const Managed& managed) const {
  return std::ranges::any_of(settings_.cordoned,
                             [&](const std::string& entry) { return entry == "*" || entry == managed.dir.path; });
}

// What an operator prefers comes before what the metadata says, as in Kafka.
LogManager::Managed* LogManager::choose(const TopicIdPartition& id, const Uuid& directory) {
  if (const auto node = preferred_.extract({id.topic.name, id.key.partition}); !node.empty()) {
    Managed* const preferred = find(node.mapped());
    if (preferred != nullptr && preferred->open) return preferred;
  }
  if (Managed* const assigned = find_id(directory)) return assigned;
  Managed* best = nullptr;
  for (Managed& managed : dirs_) {
    if (!managed.open || is_cordoned(managed)) continue;
    if (best == nullptr || managed.partitions < best->partitions) best = &managed;
  }
  if (best != nullptr) return best;
  const auto online = std::ranges::find_if(dirs_, [](const Managed& managed) { return managed.open != nullptr; });
  return online == dirs_.end() ? nullptr : &*online;  // All are cordoned.
}

LogManager::Managed* LogManager::find(const std::string& path) {
  const auto found = std::ranges::find(dirs_, path, [](const Managed& managed) { return managed.dir.path; });
  return found == dirs_.end() ? nullptr : &*found;
}

LogManager::Managed* LogManager::find_id(const Uuid& id) {
  const auto found =
      std::ranges::find_if(dirs_, [&](const Managed& managed) { return managed.open && managed.dir.id == id; });
  return found == dirs_.end() ? nullptr : &*found;
}

}  // namespace muir::server
