#include "server/replica/log_cleaner.h"

#include <algorithm>
#include <limits>

#include "server/runtime/log.h"
#include "storage/log/segment_batches.h"

namespace muir::server {
namespace {

using Progress = storage::CleaningRound::Progress;

constexpr std::size_t kIoBufferBytesMin = 16 * 1024;
constexpr std::chrono::milliseconds kSleepLongest = std::chrono::hours{24 * 365};  // "Never" is too much for a clock.

// What a round needs of its log.  On the log's shard.
struct Prepared {
  storage::CleanableLog log;
  std::vector<storage::AbortedTxn> aborted;
};

Task<Result<Prepared>> prepare_at_home(Partition& partition) {
  const auto log = partition.shared_log();
  Prepared prepared{log->cleanable(), {}};
  prepared.log.producers = log->active_producers();
  auto aborted =
      co_await log->aborted_transactions(prepared.log.segments.front().base_offset, log->last_stable_offset());
  if (!aborted) co_return partition.failed(*log, aborted.error());
  prepared.aborted = std::move(*aborted);
  co_return prepared;
}

Task<Result<void>> replace_at_home(Partition& partition, storage::SegmentSwap swap) {
  const auto log = partition.shared_log();
  const auto replaced = co_await log->replace_segments(std::move(swap));
  if (!replaced) co_return partition.failed(*log, replaced.error());
  partition.log_moved();  // The old segments wait for their deletion.
  co_return ok();
}

Task<void> retain_at_home(ShardReplicas& replicas, const std::unordered_set<PartitionKey>& except) {
  for (const auto& partition : replicas.all()) {
    if (!partition->log().config().cleanup_compact || except.contains(partition->id().key)) continue;
    co_await partition->apply_retention();
  }
}

// Of the first batch of each dirty closed segment (KIP-354).  Blocks.
Result<std::vector<std::int64_t>> first_timestamps(storage::Disk& disk, const storage::CleanableLog& log,
                                                   Offset first_dirty) {
  std::vector<std::int64_t> timestamps;
  const auto dirty = storage::dirty_closed_segments(log, first_dirty);
  for (std::size_t i = dirty.first; i < dirty.end; ++i) {
    auto batches = storage::SegmentBatches::open(disk, log.directory, log.segments[i], wire::kBatchHeaderBytes);
    if (!batches) return batches.error();
    const auto first = batches->next();
    if (!first) return first.error();
    if (*first) timestamps.push_back((*first)->max_timestamp);
  }
  return timestamps;
}

// The log's content is to blame, and will be the same tomorrow.
bool is_lasting(const Error& error) {
  return error == storage::Errc::corrupt_batch || error == storage::Errc::corrupt_segment ||
         error == storage::Errc::unsupported_message_format || error == storage::Errc::cleaner_map_full;
}

}  // namespace

LogCleaner::LogCleaner(Shard& shard, HostedReplicas& replicas, LogManager& logs, Pool& pool,
                       std::shared_ptr<const BrokerConfig> config)
    : shard_(shard),
      replicas_(replicas),
      logs_(logs),
      pool_(pool),
      config_(std::move(config)),
      throttled_(shard),
      throttle_(config_->log_cleaner_io_max_bytes_per_second) {}

void LogCleaner::start() {
  const auto wanted = static_cast<std::size_t>(std::max(config_->log_cleaner_threads, 1));
  for (; threads_ < wanted; ++threads_) tasks_.spawn("log cleaner", run(threads_));
}

// As if it had been started with these settings: it looks at once whether there is anything to do now.
void LogCleaner::set_broker_config(std::shared_ptr<const BrokerConfig> config) {
  config_ = std::move(config);
  throttle_.set_rate(config_->log_cleaner_io_max_bytes_per_second);
  if (threads_ == 0 || is_stopping_) return;
  start();
  wake();
}

Task<void> LogCleaner::stop() {
  is_stopping_ = true;
  wake();
  throttled_.stop();
  co_await tasks_.close();
}

// For log.cleaner.backoff.ms, or until somebody wakes it; false when it is time to stop.
Task<bool> LogCleaner::sleep() {
  if (is_stopping_) co_return false;
  const auto time = std::clamp(config_->log_cleaner_backoff_ms, std::chrono::milliseconds{1}, kSleepLongest);
  Sleep sleep(shard_.timers(), shard_.clock().now() + time);
  sleeping_.insert(&sleep);
  co_await sleep;
  sleeping_.erase(&sleep);
  co_return !is_stopping_;
}

void LogCleaner::wake() {
  const auto sleeping = sleeping_;  // A woken one takes itself out.
  for (Sleep* const sleep : sleeping)
    if (sleeping_.contains(sleep)) sleep->wake();
}

// A thread above log.cleaner.threads, which has been lowered, sleeps.
Task<void> LogCleaner::run(std::size_t thread) {
  for (bool due = true; due; due = co_await sleep()) {
    bool cleaned = thread < static_cast<std::size_t>(config_->log_cleaner_threads);
    while (cleaned && !is_stopping_) cleaned = co_await clean_filthiest();
    if (thread == 0 && !is_stopping_) co_await delete_old_segments();
  }
}

Task<void> LogCleaner::delete_old_segments() {
  for (std::size_t shard = 0; shard < replicas_.shards().size(); ++shard) {
    const std::unordered_set<PartitionKey> except = in_progress_;
    co_await call(*replicas_.shards()[shard], [&] { return retain_at_home(replicas_.on(shard), except); });
  }
}

Task<LogCleaner::Hosted> LogCleaner::hosted_at_home(ShardReplicas& replicas) {
  Hosted hosted;
  for (const auto& partition : replicas.all()) {
    storage::Log& log = partition->log();
    const std::string dir = LogManager::dir_of(log.directory());
    const storage::PartitionName name{partition->id().topic.name, partition->id().key.partition};
    hosted.names[dir].insert(name);
    if (!log.config().cleanup_compact || log.is_offline()) continue;
    hosted.compacted.push_back({partition->id().key, dir, name, log.cleanable(), log.take_lowest_truncation()});
  }
  co_return hosted;
}

Task<LogCleaner::Hosted> LogCleaner::collect() {
  Hosted all;
  for (std::size_t shard = 0; shard < replicas_.shards().size(); ++shard) {
    auto some = co_await call(*replicas_.shards()[shard], [&] { return hosted_at_home(replicas_.on(shard)); });
    std::ranges::move(some.compacted, std::back_inserter(all.compacted));
    for (auto& [dir, names] : some.names) all.names[dir].merge(names);
  }
  co_return all;
}

Task<void> LogCleaner::judge(Candidate& candidate) {
  const std::int64_t now_ms = shard_.clock().wall_ms();
  if (candidate.truncated_to) checkpoints_.truncate(candidate.dir, candidate.name, *candidate.truncated_to);
  const auto checkpoint = checkpoints_.find(candidate.dir, candidate.name, candidate.key.topic_id);
  candidate.offsets = storage::cleanable_offsets(candidate.log, checkpoint, now_ms);
  if (candidate.offsets.checkpoint_is_wrong)
    checkpoints_.set(candidate.dir, candidate.name, candidate.key.topic_id, candidate.offsets.first_dirty);
  candidate.dirt = storage::dirtiness(candidate.log, candidate.offsets);
  const auto& config = candidate.log.config;
  if (config.max_compaction_lag_ms == std::numeric_limits<std::int64_t>::max()) co_return;
  if (candidate.dirt.cleanable_bytes == 0) co_return;
  const auto timestamps =
      co_await pool_.run([&] { return first_timestamps(logs_.disk(), candidate.log, candidate.offsets.first_dirty); });
  if (timestamps) candidate.delay_ms = storage::compaction_delay_ms(config, *timestamps, now_ms);
}

Task<std::optional<LogCleaner::Candidate>> LogCleaner::choose() {
  const auto turn = co_await choosing_.turn();
  co_await load_checkpoints();
  auto hosted = co_await collect();
  hosted_ = std::move(hosted.names);
  std::optional<Candidate> filthiest;
  for (Candidate& candidate : hosted.compacted) {
    if (in_progress_.contains(candidate.key) || uncleanable_.contains(candidate.key)) continue;
    co_await judge(candidate);
    if (!storage::is_worth_cleaning(candidate.dirt, candidate.log.config, candidate.delay_ms)) continue;
    if (!filthiest || filthiest->dirt.ratio() < candidate.dirt.ratio()) filthiest = std::move(candidate);
  }
  if (filthiest) in_progress_.insert(filthiest->key);
  co_return filthiest;
}

Task<bool> LogCleaner::clean_filthiest() {
  auto chosen = co_await choose();
  if (!chosen) co_return false;
  const PartitionKey key = chosen->key;
  const bool cleaned = co_await clean(std::move(*chosen));
  in_progress_.erase(key);
  co_return cleaned;
}

storage::CleanerResources LogCleaner::resources() const {
  const auto threads = static_cast<std::uint64_t>(std::max(config_->log_cleaner_threads, 1));
  const auto io_bytes = static_cast<std::size_t>(config_->log_cleaner_io_buffer_size) / threads / 2;
  return {static_cast<std::uint64_t>(config_->log_cleaner_dedupe_buffer_size) / threads,
          config_->log_cleaner_io_buffer_load_factor, std::max(io_bytes, kIoBufferBytesMin)};
}

Task<bool> LogCleaner::clean(Candidate candidate) {
  const Instant began = shard_.clock().now();
  auto prepared = co_await replicas_.on_partition(candidate.key, prepare_at_home);
  if (!prepared) {
    give_up(candidate, prepared.error());
    co_return false;
  }
  const storage::CleaningPlan plan{candidate.offsets.first_dirty, candidate.dirt.first_uncleanable,
                                   shard_.clock().wall_ms()};
  storage::CleaningRound round(logs_.disk(), std::move(prepared->log), plan, std::move(prepared->aborted), resources());
  const auto done = co_await carry_out(round, candidate.key);
  if (!done) {
    co_await pool_.run([&] { return round.abandon(), true; });
    give_up(candidate, done.error());
    co_return false;
  }
  checkpoints_.set(candidate.dir, candidate.name, candidate.key.topic_id, round.end_offset());
  co_await write_checkpoints();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(shard_.clock().now() - began);
  const auto& stats = round.stats();
  log_info("log cleaned", field("topic", candidate.name.topic), field("partition", candidate.name.partition.value),
           field("from", plan.first_dirty.value), field("to", round.end_offset().value),
           field("keys_read_bytes", stats.map_bytes_read), field("read_bytes", stats.bytes_read),
           field("written_bytes", stats.bytes_written), field("records_read", stats.messages_read),
           field("records_kept", stats.messages_written), field("map_used_percent", int(round.map_utilization() * 100)),
           field("ms", took.count()));
  if (stats.invalid_messages > 0)
    log_warn("records without a key were removed from a compacted log", field("topic", candidate.name.topic),
             field("partition", candidate.name.partition.value), field("records", stats.invalid_messages));
  co_return true;
}

Task<Result<void>> LogCleaner::carry_out(storage::CleaningRound& round, PartitionKey key) {
  for (;;) {
    if (is_stopping_) co_return storage::Errc::closed;
    const std::uint64_t before = round.bytes_moved();
    const auto progress = co_await pool_.run([&] { return round.advance(throttle_.slice_bytes()); });
    if (!progress) co_return progress.error();
    if (*progress == Progress::finished) co_return ok();
    if (*progress == Progress::segment_ready) {
      const auto swapped = co_await replicas_.on_partition(
          key, [&](Partition& partition) { return replace_at_home(partition, round.ready()); });
      if (!swapped) co_return swapped.error();
      round.swapped();
    }
    const auto wait = throttle_.observe(round.bytes_moved() - before, shard_.clock().now());
    if (wait > std::chrono::milliseconds{0}) {
      const bool goes_on = co_await throttled_.sleep(wait);
      if (!goes_on) co_return storage::Errc::closed;
    }
  }
}

void LogCleaner::give_up(const Candidate& candidate, const Error& error) {
  if (is_stopping_) return;
  if (!is_lasting(error)) {
    log_info("cleaning of a log was abandoned", field("topic", candidate.name.topic),
             field("partition", candidate.name.partition.value), field("why", error.message()));
    return;
  }
  uncleanable_.insert(candidate.key);
  log_error("log cannot be cleaned, and is left alone until the next start", field("topic", candidate.name.topic),
            field("partition", candidate.name.partition.value), field("dir", candidate.dir),
            field("error", error.message()));
}

Task<void> LogCleaner::load_checkpoints() {
  if (is_loaded_) co_return;
  is_loaded_ = true;
  for (const LogManager::DirStatus& dir : logs_.dirs()) {
    if (!dir.is_online) continue;
    const auto found = co_await pool_.run([&] {
      return storage::read_offset_checkpoint(logs_.disk(), dir.path, storage::kCleanerCheckpoint).run_inline();
    });
    if (found) {
      checkpoints_.load(dir.path, *found);
    } else {
      log_warn("checkpoint unreadable, ignored", field("dir", dir.path), field("file", storage::kCleanerCheckpoint),
               field("error", found.error().message()));
    }
  }
}

Task<void> LogCleaner::write_checkpoints() {
  const auto turn = co_await writing_.turn();
  co_await logs_.write_checkpoint(storage::kCleanerCheckpoint, checkpoints_.to_write(hosted_));
}

}  // namespace muir::server
