#include "server/replica/log_loading.h"

#include <algorithm>

#include "server/runtime/log.h"
#include "storage/log/file_names.h"
#include "storage/log/partition_metadata.h"

namespace muir::server {
namespace {

constexpr std::string_view kMetadataTopic = "__cluster_metadata";
constexpr std::chrono::seconds kProgressInterval{5};

Offset offset_of(const storage::OffsetCheckpoint& offsets, const storage::PartitionDirectory& name) {
  const auto found = offsets.find({name.topic, name.partition});
  return found == offsets.end() ? Offset{0} : found->second;
}

// What the name of an open log's directory says.
storage::PartitionDirectory name_of(const std::string& directory) {
  return storage::parse_partition_directory(directory.substr(directory.find_last_of('/') + 1)).value();
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

  for (Dir& dir : dirs_) {
    if (!dir.failure) lower_recovery_points(dir);
    dir.managed->may_be_clean = !dir.failure;
    if (!dir.failure) continue;
    give_up(dir);
    if (const auto failed = manager_.dir_failed(dir.managed->dir.path); !failed) return failed.error();
  }
  for (auto& [key, second] : duplicates_) {
    const auto resolved = resolve(key, std::move(second));
    if (!resolved) return resolved.error();
  }
  return promote_abandoned();
}

// A log that ends below its recovery point, as after a truncation into a batch, gets other records there, which are not
// synced: a crash must find the checkpoint lowered.
void LogLoading::lower_recovery_points(Dir& dir) {
  if (!dir.has_lower_recovery_points) return;
  const auto written =
      dir.managed->open->write_checkpoint(storage::kRecoveryPointCheckpoint, dir.checkpoints.recovery_points)
          .run_inline();
  if (!written) dir.failure = written.error();
}

// Nothing that lies there counts.
void LogLoading::give_up(Dir& dir) {
  log_error("log directory offline", field("dir", dir.managed->dir.path), field("error", dir.failure.message()));
  const auto lies_there = [&](const auto& entry) {
    return LogManager::dir_of(entry.second.log->directory()) == dir.managed->dir.path;
  };
  std::erase_if(manager_.loaded_, lies_there);
  std::erase_if(manager_.futures_, lies_there);
  std::erase_if(duplicates_, lies_there);
}

Result<void> LogLoading::prepare(Dir& dir) {
  LogDir& open = *dir.managed->open;
  const auto was_clean = open.begin();
  if (!was_clean) return was_clean.error();
  dir.was_clean = *was_clean;
  dir.began = dir.told_at = manager_.clock_.now();
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
    tell_progress(dir);
  }
}

// Every few seconds, and at the end; the mutex is held.
void LogLoading::tell_progress(Dir& dir) {
  const Instant now = manager_.clock_.now();
  if (dir.done < dir.found.size() && now - dir.told_at < kProgressInterval) return;
  dir.told_at = now;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - dir.began);
  log_info("logs loaded", field("dir", dir.managed->dir.path), field("done", dir.done), field("of", dir.found.size()),
           field("bytes_recovered", dir.bytes_recovered),
           field("seconds", fmt::format("{:.1f}", took.count() / 1000.0)));
}

// The mutex is held.
void LogLoading::tell_recovery(Dir& dir, const storage::Log& log) {
  const storage::LogRecovery& recovery = log.recovery();
  dir.bytes_recovered += recovery.bytes_walked;
  if (recovery.bytes_cut > 0) {
    log_warn("log cut where a batch is torn or damaged", field("file", recovery.cut_file),
             field("position", recovery.cut_position), field("bytes", recovery.bytes_cut),
             field("log_end_offset", log.log_end_offset().value));
  }
  if (!recovery.mended.empty())
    log_warn("log mended", field("dir", log.directory()), field("rebuilt", recovery.mended));
}

Result<void> LogLoading::load(Dir& dir, const storage::FoundPartition& found) {
  using State = storage::PartitionDirectory::State;
  if (found.name.state == State::deleted) {
    const auto delay = std::chrono::milliseconds(plan_.config_of(found.name.topic).file_delete_delay_ms);
    const std::lock_guard guard(mutex_);
    manager_.doomed_.push_back({found.path, manager_.clock_.now() + delay});
    return ok();
  }
  if (found.name.state == State::stray) {
    log_warn("partition directory ignored", field("dir", found.path));
    return ok();
  }
  const auto topic_id = storage::read_partition_metadata(manager_.disk_, found.path).run_inline();
  if (!topic_id) {
    log_error("partition.metadata cannot be read", field("dir", found.path),
              field("error", topic_id.error().message()));
    return topic_id.error();
  }
  const PartitionKey key{topic_id->value_or(kZeroUuid), found.name.partition};
  if (!*topic_id && is_unfinished(found))
    return storage::remove_partition_directory(manager_.disk_, found.path).run_inline();
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
  OpenedLog opened{std::move(*log), offset_of(dir.checkpoints.high_watermarks, found.name)};
  const bool is_future = found.name.state == storage::PartitionDirectory::State::future;
  const std::lock_guard guard(mutex_);
  const auto point = dir.checkpoints.recovery_points.find({found.name.topic, found.name.partition});
  if (point != dir.checkpoints.recovery_points.end() && opened.log->recovery_point() < point->second) {
    point->second = opened.log->recovery_point();
    dir.has_lower_recovery_points = true;
  }
  tell_recovery(dir, *opened.log);
  ++dir.managed->partitions;
  auto& logs = is_future ? manager_.futures_ : manager_.loaded_;
  if (logs.contains(key)) {
    log_warn("partition found twice", field("dir", found.path));
    duplicates_.emplace_back(key, std::move(opened));
  } else {
    logs.emplace(key, std::move(opened));
  }
  return ok();
}

bool LogLoading::is_in_assigned_dir(const PartitionKey& key, const storage::Log& log) const {
  return plan_.directory_of && manager_.dir_id(LogManager::dir_of(log.directory())) == plan_.directory_of(key);
}

// A crash while a future replica took its place left two logs of one partition.  Only the one that was in use until
// then, or the one that took over, can be the longer (ADR 65); the other is kept as a stray, for a person to look at.
Result<void> LogLoading::resolve(const PartitionKey& key, OpenedLog second) {
  const auto name = name_of(second.log->directory());
  const bool is_future = name.state == storage::PartitionDirectory::State::future;
  auto& logs = is_future ? manager_.futures_ : manager_.loaded_;
  const auto first = logs.find(key);
  if (first != logs.end()) {
    const bool second_is_assigned = is_in_assigned_dir(key, *second.log);
    if (!is_future && !second_is_assigned && !is_in_assigned_dir(key, *first->second.log))
      return ReplicaErrc::log_dir_duplicate;
    const auto ends = second.log->log_end_offset() <=> first->second.log->log_end_offset();
    if (ends > 0 || (ends == 0 && second_is_assigned)) std::swap(first->second, second);
  } else {
    logs.emplace(key, std::move(second));
    return ok();
  }
  const std::string path = second.log->directory();
  auto* const managed = manager_.find(LogManager::dir_of(path));
  --managed->partitions;
  second.log.reset();
  Dir dir{managed};
  return make_stray(dir, {path, name});
}

// The log that a future one was copied from is gone, with its directory: the copy is the best there is.  Where a
// directory is merely offline the original may come back, and has more.
Result<void> LogLoading::promote_abandoned() {
  if (manager_.has_offline_dirs()) return ok();
  std::vector<PartitionKey> abandoned;
  for (const auto& [key, future] : manager_.futures_)
    if (!manager_.loaded_.contains(key)) abandoned.push_back(key);
  for (const PartitionKey& key : abandoned) {
    const auto promoted = promote(key, std::move(manager_.futures_.extract(key).mapped()));
    if (!promoted) return promoted.error();
  }
  return ok();
}

Result<void> LogLoading::promote(const PartitionKey& key, OpenedLog future) {
  const std::string from = future.log->directory();
  const auto name = name_of(from);
  const std::string parent = storage::parent_directory(from);
  storage::LogOpenParams params{parent + "/" + storage::partition_directory_name(name.topic, name.partition),
                                future.log->config(),
                                key.topic_id,
                                true,
                                future.log->log_end_offset(),
                                future.log->log_start_offset()};
  log_warn("future log without a current one takes its place", field("dir", from));
  const auto closed = future.log->close().run_inline();
  if (!closed) return closed.error();
  const auto renamed = manager_.disk_.rename(from, params.directory).get();
  if (!renamed) return renamed.error();
  const auto synced = manager_.disk_.sync_directory(parent).get();
  if (!synced) return synced.error();
  auto log = storage::Log::open(manager_.disk_, std::move(params), manager_.clock_);
  if (!log) return log.error();
  manager_.loaded_.emplace(key, OpenedLog{std::move(*log), future.high_watermark});
  return ok();
}

// A crash came while it was made: there is nothing in it.
bool LogLoading::is_unfinished(const storage::FoundPartition& found) const {
  const auto names = manager_.disk_.list(found.path).get();
  return names && std::ranges::all_of(*names, [](const std::string& name) { return name.ends_with(".tmp"); });
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
