#pragma once

#include <optional>
#include <vector>

#include "server/bench/fetch_frame.h"
#include "server/bench/lane.h"

namespace muir::server {

// Fetches its partitions in turn, one a request, and reads every batch that comes: CRCs, and offsets without a gap.
class FetchLane final : public Lane {
 public:
  // How it goes through a partition.
  enum class Path {
    round,  // From its start to the end it had when the test began, and again.
    tail,   // From the end it had, following what is produced; latencies count from the records' timestamps.
  };

  // `partitions`: indexes into topic.partitions, one at least, of which for Path::round none is empty.
  FetchLane(Path path, std::int16_t version, FetchFrame frame, const TargetTopic& topic,
            std::vector<std::size_t> partitions);

  wire::ApiKey api_key() const override { return wire::ApiKey::FETCH; }
  std::int16_t version() const override { return version_; }
  ByteView next_request(std::int32_t correlation_id) override;
  ClientResult<LaneProgress> answered(ByteView body) override;
  // On Path::tail the lane goes on until every partition has brought nothing more.
  void begin_drain() override;

  struct PartitionState {
    std::size_t index;  // In the topic.
    PartitionId id;
    Offset start;
    Offset end;
    Offset next;
    bool is_drained = false;
  };
  const std::vector<PartitionState>& partitions() const { return partitions_; }

 private:
  std::optional<std::size_t> turn();

  const Path path_;
  const std::int16_t version_;
  FetchFrame frame_;
  std::vector<PartitionState> partitions_;
  std::size_t next_ = 0;
  std::size_t asked_ = 0;  // Into partitions_; one request is on its way at a time.
  bool is_draining_ = false;
};

}  // namespace muir::server
