#include "server/quorum/quorum_world.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/quorum/errc.h"

namespace muir::server {
namespace {

const storage::Voter kLocal{
    {NodeId{1}, Uuid::from_halves(0x1234, 0x5678)}, {{"CONTROLLER", "localhost", 9093}}, {0, 1}};

OwnedBytes frame_of(int number) {
  const std::string text = std::to_string(number);
  const ByteView bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

int number_of(ByteView frame) {
  int number = 0;
  const auto text = as_text(frame);
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

QuorumWorld::QuorumWorld(std::uint64_t seed, std::int64_t record_bytes_between_snapshots)
    : disk_(seed, clock_), record_bytes_between_snapshots_(record_bytes_between_snapshots) {}

QuorumWorld::~QuorumWorld() { take_down(); }

MetadataQuorum::Params QuorumWorld::params() const {
  MetadataQuorum::Params params;
  params.log.directory = kDirectory;
  params.log.segment_bytes = 2000;
  params.log.max_retention_bytes = 4000;
  params.log.max_record_bytes_between_snapshots = record_bytes_between_snapshots_;
  params.quorum.local = kLocal.key;
  params.quorum.local_endpoints = kLocal.endpoints;
  return params;
}

void QuorumWorld::format() {
  Snapshot voters{clock_.wall_ms(), std::int16_t{1}, storage::VoterSet{{kLocal}}, {}};
  const auto batches = build_snapshot(voters, storage::kBootstrapSnapshotId, clock_.wall_ms());
  OwnedBytes bytes;
  for (const auto& batch : *batches) bytes.insert(bytes.end(), batch.begin(), batch.end());
  disk_.put(std::string(kDirectory) + "/" + snapshot_file_name(storage::kBootstrapSnapshotId), std::move(bytes));
}

bool QuorumWorld::start() {
  auto opened = MetadataQuorum::open(disk_, params(), clock_);
  if (!opened) {
    ended_.emplace(opened.error());
    return false;
  }
  quorum_ = std::move(*opened);
  ended_.reset();
  state_.clear();
  quorum_->set_waker([this] { woken_ = true; });
  quorum_->add_listener(*this);
  tasks_.spawn("quorum", run(*this));
  settle();
  return is_running();
}

Task<void> QuorumWorld::run(QuorumWorld& world) {
  auto ended = co_await world.quorum_->run();
  world.ended_.emplace(std::move(ended));
}

void QuorumWorld::settle() {
  do {
    woken_ = false;
    quorum_->poll();
  } while (woken_ && is_running());
}

Result<void> QuorumWorld::stop() {
  quorum_->stop();
  settle();
  const auto ended = *ended_;
  quorum_.reset();
  return ended;
}

void QuorumWorld::crash() {
  take_down();
  disk_.heal();
  disk_.crash();
}

void QuorumWorld::take_down() {
  if (!quorum_) return;
  disk_.fail_from(0);  // Nothing more reaches the disk.
  if (is_running()) {
    quorum_->stop();
    settle();
  }
  quorum_.reset();
}

Result<AppendedRange> QuorumWorld::append(int count, bool atomic) {
  if (led_.empty()) return QuorumErrc::not_leader;
  std::vector<int> numbers;
  std::vector<OwnedBytes> frames;
  for (int i = 0; i < count; ++i) {
    numbers.push_back(++last_number_);
    frames.push_back(frame_of(last_number_));
  }
  const auto range = quorum_->append(led_.back(), std::move(frames), atomic);
  if (range) tasks_.spawn("acknowledge", acknowledge(*this, *range, std::move(numbers)));
  return range;
}

Task<void> QuorumWorld::acknowledge(QuorumWorld& world, AppendedRange range, std::vector<int> numbers) {
  const auto committed = co_await world.quorum_->committed(range.end_offset);
  if (committed) world.acknowledged_.insert(numbers.begin(), numbers.end());
}

Result<void> QuorumWorld::snapshot() {
  Result<void> result = QuorumErrc::invalid_snapshot;
  tasks_.spawn("snapshot", take_snapshot(*this, result));
  return result;
}

Task<void> QuorumWorld::take_snapshot(QuorumWorld& world, Result<void>& result) {
  std::vector<OwnedBytes> frames;
  for (const int number : world.state_) frames.push_back(frame_of(number));
  result = co_await world.quorum_->write_snapshot(world.state_id_, world.state_timestamp_ms_, std::move(frames));
}

std::string QuorumWorld::problem() const {
  if (!std::ranges::is_sorted(state_)) return "out of order";
  if (std::ranges::adjacent_find(state_) != state_.end()) return "a number twice";
  for (const int number : acknowledged_)
    if (!std::ranges::binary_search(state_, number)) return fmt::format("acknowledged {} is lost", number);
  for (std::size_t i = 1; i < led_.size(); ++i)
    if (led_[i] <= led_[i - 1]) return fmt::format("epoch {} was led twice", led_[i].value);
  return "";
}

void QuorumWorld::on_load_snapshot(const LoadedSnapshot& snapshot) {
  state_.clear();
  for (const ByteView record : snapshot.records) state_.push_back(number_of(record));
  state_id_ = snapshot.id;
  state_timestamp_ms_ = snapshot.last_contained_timestamp_ms;
  ++snapshots_loaded_;
}

void QuorumWorld::on_committed(const CommittedBatch& batch) {
  for (const ByteView record : batch.records) state_.push_back(number_of(record));
  state_id_ = {batch.end_offset, batch.epoch};
  state_timestamp_ms_ = batch.timestamp_ms;
}

void QuorumWorld::on_leader(Epoch epoch) { led_.push_back(epoch); }

void QuorumWorld::on_resigned(Epoch epoch) {
  EXPECT_EQ(led_.back(), epoch);
  ++resignations_;
}

void QuorumWorld::on_withdrawn() { ++withdrawals_; }

}  // namespace muir::server
