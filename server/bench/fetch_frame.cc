#include "server/bench/fetch_frame.h"

#include <algorithm>
#include <array>

#include "server/client/request_frame.h"
#include "wire/schema/fetch_request.h"

namespace muir::server {
namespace {

// Numbers that stand nowhere else in a request: where they are encoded is where the real ones go.
constexpr std::int32_t kPartitionMark = 0x5b6d7f31;
constexpr std::int64_t kOffsetMark = 0x3d5c7b1a49683726;

template <class Int>
std::size_t place_of(const OwnedBytes& frame, Int mark) {
  std::array<std::byte, sizeof(Int)> bytes;
  store_big_endian(bytes.data(), mark);
  return static_cast<std::size_t>(std::ranges::search(frame, bytes).begin() - frame.begin());
}

}  // namespace

ClientResult<FetchFrame> FetchFrame::make(const Workload& workload, const TargetTopic& topic, std::int16_t version) {
  wire::FetchRequest request;
  request.max_wait_ms = workload.fetch_wait_ms;
  request.min_bytes = workload.fetch_min_bytes;
  request.max_bytes = workload.fetch_max_bytes;
  auto& of_topic = request.topics.emplace_back();
  of_topic.topic = topic.name;
  of_topic.topic_id = topic.id;
  auto& partition = of_topic.partitions.emplace_back();
  partition.partition = kPartitionMark;
  partition.fetch_offset = kOffsetMark;
  partition.partition_max_bytes = workload.fetch_max_bytes;

  wire::Writer writer;
  const auto begun = begin_request_frame(writer, wire::ApiKey::FETCH, version, 0);
  if (!begun) return begun.error();
  const auto encoded = encode(writer, version, request);
  if (!encoded) return client_error("cannot encode a FetchRequest: " + encoded.error().message());
  finish_request_frame(writer);
  FetchFrame frame;
  frame.bytes_ = writer.take();
  frame.partition_at_ = place_of(frame.bytes_, kPartitionMark);
  frame.offset_at_ = place_of(frame.bytes_, kOffsetMark);
  return frame;
}

ByteView FetchFrame::stamp(std::int32_t correlation_id, PartitionId partition, Offset offset) {
  store_big_endian(bytes_.data() + kCorrelationIdAt, correlation_id);
  store_big_endian(bytes_.data() + partition_at_, partition.value);
  store_big_endian(bytes_.data() + offset_at_, offset.value);
  return bytes_;
}

}  // namespace muir::server
