#pragma once

#include <deque>
#include <vector>

#include "server/bench/lane.h"
#include "server/bench/produce_frame.h"

namespace muir::server {

// Produces to its partitions in turn, one batch a request, with sequence numbers of its own in each if idempotent.
// Every answer must be without an error, and its base offset behind that of the request before in the same partition.
class ProduceLane final : public Lane {
 public:
  // `partitions`: indexes into topic.partitions, one at least.  `acknowledged`: records by partition, shared by all
  // lanes.
  ProduceLane(const Workload& workload, std::int16_t version, ProduceFrame frame, const TargetTopic& topic,
              std::vector<std::size_t> partitions, std::vector<std::int64_t>& acknowledged);

  wire::ApiKey api_key() const override { return wire::ApiKey::PRODUCE; }
  std::int16_t version() const override { return version_; }
  ByteView next_request(std::int32_t correlation_id) override;
  ClientResult<LaneProgress> answered(ByteView body) override;
  void begin_drain() override { is_draining_ = true; }

 private:
  struct PartitionState {
    std::size_t index;  // In the topic.
    PartitionId id;
    std::int32_t next_sequence = 0;
    Offset next_offset;  // The least that the next answer may say.
  };

  const Workload& workload_;
  const std::int16_t version_;
  ProduceFrame frame_;
  std::vector<PartitionState> partitions_;
  std::vector<std::int64_t>& acknowledged_;
  std::size_t next_ = 0;
  std::deque<std::size_t> unanswered_;  // Into partitions_, oldest first.
  bool is_draining_ = false;
};

}  // namespace muir::server
