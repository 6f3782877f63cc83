#include "server/bench/produce_lane.h"

#include <fmt/format.h>

#include "server/bench/answer_check.h"
#include "wire/record/batch.h"

namespace muir::server {

ProduceLane::ProduceLane(const Workload& workload, std::int16_t version, ProduceFrame frame, const TargetTopic& topic,
                         std::vector<std::size_t> partitions, std::vector<std::int64_t>& acknowledged)
    : workload_(workload), version_(version), frame_(std::move(frame)), acknowledged_(acknowledged) {
  for (const std::size_t index : partitions) {
    const auto& partition = topic.partitions[index];
    partitions_.push_back({.index = index, .id = partition.id, .next_offset = partition.end_offset});
  }
}

ByteView ProduceLane::next_request(std::int32_t correlation_id) {
  if (is_draining_) return {};
  PartitionState& partition = partitions_[next_];
  ProduceFrame::Stamp stamp{correlation_id, partition.id, system_clock().wall_ms(), wire::kNoSequence};
  if (workload_.idempotent) {
    stamp.base_sequence = partition.next_sequence;
    partition.next_sequence = wire::increment_sequence(partition.next_sequence, workload_.records_per_request);
  }
  unanswered_.push_back(next_);
  next_ = (next_ + 1) % partitions_.size();
  return frame_.stamp(stamp);
}

ClientResult<LaneProgress> ProduceLane::answered(ByteView body) {
  PartitionState& partition = partitions_[unanswered_.front()];
  unanswered_.pop_front();
  const auto base_offset = check_produce_answer(body, version_, partition.id);
  if (!base_offset) return base_offset.error();
  if (*base_offset < partition.next_offset) {
    return client_error(fmt::format("partition {}: records acknowledged at offset {}, which lies before {}",
                                    partition.id.value, base_offset->value, partition.next_offset.value));
  }
  partition.next_offset = *base_offset + workload_.records_per_request;
  acknowledged_[partition.index] += workload_.records_per_request;
  return LaneProgress{.records = workload_.records_per_request, .bytes = frame_.batch_bytes(), .latency = {}};
}

}  // namespace muir::server
