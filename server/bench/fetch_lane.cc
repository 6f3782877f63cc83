#include "server/bench/fetch_lane.h"

#include "server/bench/answer_check.h"

namespace muir::server {

FetchLane::FetchLane(Path path, std::int16_t version, FetchFrame frame, const TargetTopic& topic,
                     std::vector<std::size_t> partitions)
    : path_(path), version_(version), frame_(std::move(frame)) {
  for (const std::size_t index : partitions) {
    const auto& partition = topic.partitions[index];
    const Offset first = path == Path::round ? partition.start_offset : partition.end_offset;
    partitions_.push_back({index, partition.id, partition.start_offset, partition.end_offset, first});
  }
}

void FetchLane::begin_drain() {
  is_draining_ = true;
  for (PartitionState& partition : partitions_) partition.is_drained = path_ == Path::round;
}

// Whose turn it is; nobody's when all are drained.
std::optional<std::size_t> FetchLane::turn() {
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    const std::size_t candidate = (next_ + i) % partitions_.size();
    if (partitions_[candidate].is_drained) continue;
    next_ = (candidate + 1) % partitions_.size();
    return candidate;
  }
  return std::nullopt;
}

ByteView FetchLane::next_request(std::int32_t correlation_id) {
  const auto candidate = turn();
  if (!candidate) return {};
  asked_ = *candidate;
  PartitionState& partition = partitions_[asked_];
  if (path_ == Path::round && partition.next >= partition.end) partition.next = partition.start;
  return frame_.stamp(correlation_id, partition.id, partition.next);
}

ClientResult<LaneProgress> FetchLane::answered(ByteView body) {
  PartitionState& partition = partitions_[asked_];
  const auto fetched = check_fetch_answer(body, version_, partition.id, partition.next);
  if (!fetched) return fetched.error();
  partition.next = fetched->next_offset;
  if (is_draining_ && fetched->records == 0) partition.is_drained = true;
  LaneProgress progress{.records = fetched->records, .bytes = fetched->bytes, .latency = {}};
  if (path_ == Path::tail) {
    const bool counts = fetched->records > 0 && !is_draining_;
    progress.latency = std::chrono::milliseconds(counts ? system_clock().wall_ms() - fetched->timestamp : -1);
  }
  return progress;
}

}  // namespace muir::server
