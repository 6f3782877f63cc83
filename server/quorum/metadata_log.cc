#include "server/quorum/metadata_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/quorum/errc.h"
#include "server/quorum/quorum_state_file.h"
#include "storage/log/clean_shutdown_file.h"
#include "storage/log/log.h"

namespace muir::server {
namespace {

constexpr std::uint64_t kReadBytes = 1 << 20;

storage::LogConfig log_config(const MetadataLog::Params& params) {
  storage::LogConfig config;
  config.segment_bytes = params.segment_bytes;
  config.segment_ms = params.segment_ms;
  config.max_message_bytes = static_cast<std::int32_t>(kMetadataBatchBytesMax);
  // Only snapshots say what may go.
  config.retention_ms = -1;
  config.retention_bytes = -1;
  return config;
}

}  // namespace

MetadataLog::MetadataLog(storage::Disk& disk, Params params, const Clock& clock)
    : disk_(disk), params_(std::move(params)), clock_(clock), found_voters_(params_.static_voters) {}

MetadataLog::~MetadataLog() = default;

const storage::LogRecovery& MetadataLog::recovery() const { return log_->recovery(); }
Offset MetadataLog::end_offset() const { return log_->log_end_offset(); }
Offset MetadataLog::start_offset() const { return log_->log_start_offset(); }
void MetadataLog::set_high_watermark(Offset high_watermark) { log_->set_high_watermark(high_watermark); }
Task<Result<void>> MetadataLog::close() { co_return co_await log_->close(); }

Result<std::unique_ptr<MetadataLog>> MetadataLog::open(storage::Disk& disk, Params params, const Clock& clock) {
  std::unique_ptr<MetadataLog> opened(new MetadataLog(disk, std::move(params), clock));
  if (const auto loaded = opened->load().run_inline(); !loaded) return loaded.error();
  return opened;
}

Task<Result<void>> MetadataLog::load() {
  storage::LogOpenParams open{
      .directory = params_.directory, .config = log_config(params_), .topic_id = kMetadataTopicId};
  // Its CRCs are always walked.  Only a crash tears: what is no batch after a clean stop was committed once, and to cut
  // it off would be to forget topics that were acknowledged.
  const auto stop = co_await storage::read_clean_shutdown(disk_, storage::parent_directory(params_.directory));
  was_clean_ = stop && stop->was_clean;
  open.may_cut = !was_clean_;
  auto log = storage::Log::open(disk_, std::move(open), clock_);
  if (!log) co_return log.error();
  log_ = std::move(*log);

  const auto election = co_await read_quorum_state(disk_, params_.directory);
  if (!election) co_return election.error();
  found_election_ = election->value_or(storage::ElectionState{});

  const auto found = co_await find_snapshots();
  if (!found) co_return found.error();
  const auto dropped = co_await drop_log_behind_snapshot();
  if (!dropped) co_return dropped.error();
  const auto loaded = co_await load_voters();
  if (!loaded) co_return loaded.error();
  co_return summarize();
}

// Unfinished snapshots go, as do those of a time before the log; what remains must reach down to the log's start.
Task<Result<void>> MetadataLog::find_snapshots() {
  const auto names = co_await disk_.list(params_.directory);
  if (!names) co_return names.error();
  for (const std::string& name : *names) {
    const auto snapshot = parse_snapshot_name(name);
    if (!snapshot) continue;
    if (snapshot->state == SnapshotName::State::complete && start_offset() <= snapshot->id.offset) {
      const auto learned = co_await learn_snapshot(snapshot->id);
      if (!learned) co_return learned.error();
    }
  }
  if (Offset{0} < start_offset() && snapshots_.empty()) co_return QuorumErrc::missing_snapshot;

  for (const std::string& name : *names) {
    const auto snapshot = parse_snapshot_name(name);
    const bool is_kept = !snapshot || (snapshot->state == SnapshotName::State::complete && has_snapshot(snapshot->id));
    if (is_kept) continue;
    const auto removed = co_await disk_.remove(params_.directory + "/" + name);
    if (!removed) co_return removed.error();
  }
  co_return ok();
}

// Only its first batch is looked at: what is in it matters when it is loaded.
Task<Result<void>> MetadataLog::learn_snapshot(storage::OffsetAndEpoch id) {
  const auto file = co_await disk_.open(path_of(id), storage::OpenMode::read);
  if (!file) co_return file.error();
  const auto size = co_await (*file)->size();
  if (!size) co_return size.error();
  OwnedBytes head(std::min<std::uint64_t>(*size, 64 << 10));
  const auto read = co_await (*file)->read(0, head);
  if (!read) co_return read.error();
  const auto batch = read_batch(head);
  if (!batch || batch->controls.empty() || batch->controls.front().type != ControlType::snapshot_header)
    co_return QuorumErrc::malformed_snapshot;
  const auto timestamp = read_snapshot_header(batch->controls.front().value);
  if (!timestamp) co_return timestamp.error();
  snapshots_[id] = {*size, *timestamp};
  co_return ok();
}

// A follower fetched a snapshot and was killed before it dropped the log that the snapshot replaces.
Task<Result<void>> MetadataLog::drop_log_behind_snapshot() {
  const auto latest = latest_snapshot();
  const Epoch last_epoch = log_->leader_epochs().latest_epoch().value_or(Epoch{0});
  const bool is_behind =
      latest && (last_epoch < latest->epoch || (last_epoch == latest->epoch && end_offset() < latest->offset));
  if (!is_behind || *latest == storage::kBootstrapSnapshotId) co_return ok();
  co_return co_await log_->truncate_fully_and_start_at(latest->offset);
}

Result<void> MetadataLog::summarize() {
  found_log_ = storage::LogSummary::beginning_at(start_offset());
  const auto& epochs = log_->leader_epochs().entries();
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    const Offset end = i + 1 < epochs.size() ? epochs[i + 1].start_offset : end_offset();
    if (found_log_.end_offset() < end) found_log_.appended(end, epochs[i].epoch);
  }
  // A segment that reaches below the trimmed start outlives the epochs of its first records; then the log ends where
  // the newest snapshot does.
  if (found_log_.end_offset() < end_offset()) {
    if (snapshots_.empty()) return QuorumErrc::missing_snapshot;
    found_log_.appended(end_offset(), latest_snapshot()->epoch);
  }
  for (const auto& [id, facts] : snapshots_) found_log_.add_snapshot(id);
  found_log_.synced(found_log_.end_offset());
  return ok();
}

Task<Result<void>> MetadataLog::load_voters() {
  Offset next = start_offset();
  if (const auto id = latest_snapshot()) {
    const auto snapshot = co_await read_snapshot(*id);
    if (!snapshot) co_return snapshot.error();
    const Offset at{id->offset.value - 1};
    if (snapshot->kraft_version) found_voters_.add(at, *snapshot->kraft_version);
    if (snapshot->voters) found_voters_.add(at, *snapshot->voters);
    next = id->offset;
  }
  while (next < end_offset()) {
    const auto bytes = co_await read(next, end_offset());
    if (!bytes) co_return bytes.error();
    const auto first = bytes->empty() ? Result<ReadBatch>{ReadBatch{}} : read_batch(*bytes);
    if (!first) co_return first.error();
    if (bytes->empty() || next < first->base_offset) {
      // Power failed with a new segment's name on the disk but not the end of the one before it.  Nothing above the
      // hole was ever committed: that takes a sync of all below.
      if (was_clean_) co_return storage::Errc::corrupt_segment;
      const auto cut = co_await log_->truncate_to(next);
      if (!cut) co_return cut.error();
      break;
    }
    for (ByteView rest = *bytes; !rest.empty();) {
      const auto batch = read_batch(rest);
      if (!batch) co_return batch.error();
      const auto learned = learn_voters(*batch);
      if (!learned) co_return learned.error();
      found_bytes_after_snapshot_ += batch->size_bytes;
      next = batch->end_offset;
      rest = rest.subspan(batch->size_bytes);
    }
  }
  co_return ok();
}

Result<void> MetadataLog::learn_voters(const ReadBatch& batch) {
  for (std::size_t i = 0; i < batch.controls.size(); ++i) {
    const auto& control = batch.controls[i];
    const Offset at = batch.control_offsets[i];
    if (control.type == ControlType::kraft_version) {
      const auto version = read_kraft_version(control.value);
      if (!version) return version.error();
      found_voters_.add(at, *version);
    } else if (control.type == ControlType::kraft_voters) {
      auto voters = read_kraft_voters(control.value);
      if (!voters) return voters.error();
      found_voters_.add(at, std::move(*voters));
    }
  }
  return ok();
}

Task<Result<void>> MetadataLog::persist(storage::ElectionState election, std::int16_t kraft_version,
                                        storage::VoterSet voters) {
  co_return co_await write_quorum_state(disk_, params_.directory, format_quorum_state(election, kraft_version, voters));
}

Task<Result<void>> MetadataLog::append(MutableByteView batch, Epoch epoch) {
  const auto appended = co_await log_->append_as_leader(batch, epoch, storage::AppendOrigin::raft_leader);
  if (!appended) co_return appended.error();
  co_return ok();
}

// The NoOpRecords of an active controller bring it here twice a second: the moment for what has no hurry, the files of
// trimmed segments whose file.delete.delay.ms is over.
Task<Result<void>> MetadataLog::sync() {
  const auto flushed = co_await log_->flush();
  if (!flushed) co_return flushed;
  co_return co_await log_->do_chores();
}

Task<Result<OwnedBytes>> MetadataLog::read(Offset from, Offset upper_bound) {
  const auto slice = co_await log_->read(from, kReadBytes, true, upper_bound);
  if (!slice) co_return slice.error();
  OwnedBytes bytes(slice->bytes.size_bytes);
  if (bytes.empty()) co_return bytes;
  const auto read = co_await slice->bytes.file->read(slice->bytes.position, bytes);
  if (!read) co_return read.error();
  bytes.resize(*read);
  co_return bytes;
}

Task<Result<bool>> MetadataLog::is_batch_aligned(Offset offset) {
  if (offset == end_offset()) co_return true;
  const auto slice = co_await log_->read(offset, 1, true, end_offset());
  if (!slice) co_return Result<bool>{boost::system::in_place_error, slice.error()};
  co_return slice->base_offset == offset;
}

std::optional<storage::OffsetAndEpoch> MetadataLog::latest_snapshot() const {
  if (snapshots_.empty()) return std::nullopt;
  return snapshots_.rbegin()->first;
}

Task<Result<Snapshot>> MetadataLog::read_snapshot(storage::OffsetAndEpoch id) {
  co_return co_await read_snapshot_file(disk_, path_of(id));
}

Task<Result<void>> MetadataLog::write_snapshot(storage::OffsetAndEpoch id, Snapshot snapshot) {
  auto batches = build_snapshot(snapshot, id, clock_.wall_ms());
  if (!batches) co_return batches.error();
  const auto written =
      co_await write_snapshot_file(disk_, params_.directory, snapshot_file_name(id), std::move(*batches));
  if (!written) co_return written.error();
  co_return co_await learn_snapshot(id);
}

Task<Result<std::optional<storage::OffsetAndEpoch>>> MetadataLog::trim() {
  std::optional<storage::OffsetAndEpoch> trimmed;
  while (snapshots_.size() > 1 && exceeds_retention(snapshots_.begin()->second)) {
    const storage::OffsetAndEpoch next = std::next(snapshots_.begin())->first;
    const auto done = co_await trim_to(next);
    if (!done) co_return done.error();
    if (!*done) break;
    trimmed = next;
  }
  co_return trimmed;
}

bool MetadataLog::exceeds_retention(const SnapshotFacts& oldest) const {
  std::uint64_t total = log_->size_bytes();
  for (const auto& [id, facts] : snapshots_) total += facts.size_bytes;
  const bool too_large =
      params_.max_retention_bytes >= 0 && total > static_cast<std::uint64_t>(params_.max_retention_bytes);
  const bool too_old =
      params_.max_retention_ms >= 0 && clock_.wall_ms() - oldest.last_contained_timestamp_ms > params_.max_retention_ms;
  return too_large || too_old;
}

Task<Result<bool>> MetadataLog::trim_to(storage::OffsetAndEpoch id) {
  if (id.offset <= start_offset()) co_return false;
  const auto raised = co_await log_->increment_log_start_offset(id.offset);
  if (!raised) co_return Result<bool>{boost::system::in_place_error, raised.error()};
  const auto deleted = co_await log_->delete_old_segments();
  if (!deleted) co_return Result<bool>{boost::system::in_place_error, deleted.error()};
  while (snapshots_.begin()->first < id) {
    const auto removed = co_await disk_.remove(path_of(snapshots_.begin()->first));
    if (!removed) co_return Result<bool>{boost::system::in_place_error, removed.error()};
    snapshots_.erase(snapshots_.begin());
  }
  co_return true;
}

}  // namespace muir::server
