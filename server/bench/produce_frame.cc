#include "server/bench/produce_frame.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "server/bench/payload.h"
#include "server/client/request_frame.h"
#include "wire/record/batch_builder.h"
#include "wire/record/crc32c.h"
#include "wire/schema/produce_request.h"

namespace muir::server {
namespace {

constexpr std::int32_t kTimeoutMs = 30'000;
// Within a batch, docs/formats/record-batch.md.
constexpr std::size_t kCrcAt = 17;
constexpr std::size_t kAttributesAt = 21;
constexpr std::size_t kBaseTimestampAt = 27;
constexpr std::size_t kMaxTimestampAt = 35;
constexpr std::size_t kBaseSequenceAt = 53;

// Of a fixed length, so that every batch of a run has the same size.
std::string key_text(std::int64_t key) { return fmt::format("key-{:012}", key); }

}  // namespace

ClientResult<OwnedBytes> make_batch(const Workload& workload, ProducerIdentity producer, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto record_bytes = static_cast<std::size_t>(workload.record_bytes);
  const OwnedBytes payload =
      make_payload(record_bytes * static_cast<std::size_t>(workload.records_per_request), workload.compressible, seed);
  wire::BatchOptions options;
  options.compression.type = workload.compression;
  options.producer_id = producer.id;
  options.producer_epoch = producer.epoch;
  if (producer.id != kNoProducerId) options.base_sequence = 0;
  wire::BatchBuilder batch(options);
  for (std::int32_t i = 0; i < workload.records_per_request; ++i) {
    wire::NewRecord record;
    record.timestamp = 0;
    const std::string key = workload.keys > 0 ? key_text(static_cast<std::int64_t>(random() % workload.keys)) : "";
    if (workload.keys > 0) record.key = as_bytes(key);
    record.value = ByteView(payload).subspan(static_cast<std::size_t>(i) * record_bytes, record_bytes);
    const auto added = batch.append(record);
    if (!added) return client_error("cannot build a batch: " + added.error().message());
  }
  auto built = batch.build();
  if (!built) return client_error("cannot build a batch: " + built.error().message());
  return std::move(*built);
}

ClientResult<ProduceFrame> ProduceFrame::make(const Workload& workload, const TargetTopic& topic, std::int16_t version,
                                              ProducerIdentity producer, std::uint64_t seed) {
  const auto batch = make_batch(workload, producer, seed);
  if (!batch) return batch.error();
  wire::ProduceRequest request;
  request.transactional_id = std::nullopt;
  request.acks = workload.acks;
  request.timeout_ms = kTimeoutMs;
  auto& of_topic = request.topic_data.emplace_back();
  of_topic.name = topic.name;
  of_topic.topic_id = topic.id;
  auto& partition = of_topic.partition_data.emplace_back();
  partition.index = topic.partitions.front().id.value;
  partition.records = wire::Records::of(*batch);

  wire::Writer writer;
  const auto begun = begin_request_frame(writer, wire::ApiKey::PRODUCE, version, 0);
  if (!begun) return begun.error();
  const auto encoded = encode(writer, version, request);
  if (!encoded) return client_error("cannot encode a ProduceRequest: " + encoded.error().message());
  finish_request_frame(writer);

  ProduceFrame frame;
  frame.bytes_ = writer.take();
  frame.batch_bytes_ = batch->size();
  const auto found = std::ranges::search(frame.bytes_, *batch);
  frame.batch_at_ = static_cast<std::size_t>(found.begin() - frame.bytes_.begin());
  // The index stands before the length of the records: a varint in flexible versions, four bytes in others.
  const bool flexible = version >= wire::ProduceRequest::kFlexibleVersions;
  std::size_t length_bytes = 4;
  if (flexible) {
    length_bytes = 1;
    for (std::size_t left = batch->size() + 1; left >= 0x80; left >>= 7) ++length_bytes;
  }
  frame.partition_at_ = frame.batch_at_ - length_bytes - sizeof(std::int32_t);
  return frame;
}

ByteView ProduceFrame::stamp(const Stamp& stamp) {
  std::byte* const batch = bytes_.data() + batch_at_;
  store_big_endian(bytes_.data() + kCorrelationIdAt, stamp.correlation_id);
  store_big_endian(bytes_.data() + partition_at_, stamp.partition.value);
  store_big_endian(batch + kBaseTimestampAt, stamp.timestamp_ms);
  store_big_endian(batch + kMaxTimestampAt, stamp.timestamp_ms);
  store_big_endian(batch + kBaseSequenceAt, stamp.base_sequence);
  const ByteView covered(batch + kAttributesAt, batch_bytes_ - kAttributesAt);
  store_big_endian(batch + kCrcAt, wire::crc32c(covered));
  return bytes_;
}

}  // namespace muir::server
