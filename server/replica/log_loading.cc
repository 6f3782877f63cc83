#include "server/replica/log_loading.h"

#include "server/runtime/log.h"
#include "storage/log/file_names.h"
#include "storage/log/partition_metadata.h"

namespace muir::server {
namespace {

constexpr std::string_view kMetadataTopic = "__cluster_metadata";

Offset offset_of(const storage::OffsetCheckpoint& offsets, const storage::PartitionDirectory& name) {
  const auto found = offsets.find({name.topic, name.partition});
  return found == offsets.end() ? Offset{0} : found->second;
}

}  // namespace

Result<void> LogManager::load(const LogLoadPlan& plan) { return LogLoading(*this, plan).run(); }

Result<void> LogLoading::run() {
  for (auto& managed : manager_.dirs_)
    if (managed.open) dirs_.push_back({&managed});

  std::vector<std::thread> threads;
  for (Dir& dir : dirs_) {
    if (const auto prepared = prepare(dir); !prepared) {
      dir.failure = prepared.error();
      continue;
    }
    const auto wanted = manager_.settings_.recovery_threads_per_dir;
    if (wanted <= 0) work(dir);
    for (int i = 0; i < std::min(wanted, static_cast<int>(dir.found.size())); ++i)
      threads.emplace_back([this, &dir] { work(dir); });
  }
  for (std::thread& thread : threads) thread.join();

  if (has_duplicate_) return ReplicaErrc::log_dir_duplicate;
  for (Dir& dir : dirs_) {
    dir.managed->may_be_clean = !dir.failure;
    if (!dir.failure) continue;
    log_error("log directory offline", field("dir", dir.managed->dir.path), field("error", dir.failure.message()));
    std::erase_if(manager_.loaded_, [&](const auto& entry) {
      return LogManager::dir_of(entry.second.log->directory()) == dir.managed->dir.path;
    });
    if (const auto failed = manager_.dir_failed(dir.managed->dir.path); !failed) return failed.error();
  }
  return ok();
}

Result<void> LogLoading::prepare(Dir& dir) {
  LogDir& open = *dir.managed->open;
  const auto was_clean = open.begin();
  if (!was_clean) return was_clean.error();
  dir.was_clean = *was_clean;
  dir.checkpoints = open.read_checkpoints();
  auto found = open.list();
  if (!found) return found.error();
  dir.found = std::move(*found);
  std::erase_if(dir.found, [](const auto& partition) { return partition.name.topic == kMetadataTopic; });
  log_info("loading logs", field("dir", open.path()), field("logs", dir.found.size()),
           field("clean", dir.was_clean ? "yes" : "no"));
  return ok();
}

void LogLoading::work(Dir& dir) {
  for (;;) {
    const storage::FoundPartition* found = nullptr;
    {
      const std::lock_guard guard(mutex_);
      if (dir.failure || dir.next == dir.found.size()) return;
      found = &dir.found[dir.next++];
    }
    const auto loaded = load(dir, *found);
    const std::lock_guard guard(mutex_);
    if (!loaded) dir.failure = loaded.error();
    if (plan_.loaded) plan_.loaded(dir.managed->dir.path, found->path, ++dir.done, dir.found.size());
  }
}

Result<void> LogLoading::load(Dir& dir, const storage::FoundPartition& found) {
  using State = storage::PartitionDirectory::State;
  if (found.name.state == State::deleted) {
    const auto delay = std::chrono::milliseconds(plan_.config_of(found.name.topic).file_delete_delay_ms);
    const std::lock_guard guard(mutex_);
    manager_.doomed_.push_back({found.path, manager_.clock_.now() + delay});
    return ok();
  }
  if (found.name.state != State::live) {  // A stray, or the unfinished copy of a move between directories.
    log_warn("partition directory ignored", field("dir", found.path));
    return ok();
  }
  const auto topic_id = storage::read_partition_metadata(manager_.disk_, found.path).run_inline();
  if (!topic_id) return topic_id.error();
  const PartitionKey key{topic_id->value_or(kZeroUuid), found.name.partition};
  if (!*topic_id || !plan_.is_assigned_here(key)) return make_stray(dir, found);
  return open(dir, found, key);
}

Result<void> LogLoading::open(Dir& dir, const storage::FoundPartition& found, const PartitionKey& key) {
  auto log = storage::Log::open(manager_.disk_,
                                {found.path, plan_.config_of(found.name.topic), key.topic_id, dir.was_clean,
                                 offset_of(dir.checkpoints.recovery_points, found.name),
                                 offset_of(dir.checkpoints.log_start_offsets, found.name)},
                                manager_.clock_);
  if (!log) {
    log_error("log not opened", field("dir", found.path), field("error", log.error().message()));
    return log.error();
  }
  const Offset high_watermark = offset_of(dir.checkpoints.high_watermarks, found.name);
  const std::lock_guard guard(mutex_);
  ++dir.managed->partitions;
  if (!manager_.loaded_.try_emplace(key, OpenedLog{std::move(*log), high_watermark}).second) {
    log_error("partition found in two log directories", field("dir", found.path));
    has_duplicate_ = true;
  }
  return ok();
}

Result<void> LogLoading::make_stray(const Dir& dir, const storage::FoundPartition& found) {
  const std::string& parent = dir.managed->dir.path;
  const std::string stray =
      storage::unique_directory_name(found.name.topic, found.name.partition, storage::kStrayDirSuffix);
  log_warn("partition not assigned here, kept as a stray", field("dir", found.path), field("as", stray));
  const auto renamed = manager_.disk_.rename(found.path, parent + "/" + stray).get();
  if (!renamed) return renamed.error();
  return manager_.disk_.sync_directory(parent).get();
}

}  // namespace muir::server
