#include "answers.h"

#include <algorithm>
#include <array>

#include "wire/codec/reader.h"
#include "wire/schema/api_versions_response.h"
#include "wire/schema/create_topics_request.h"
#include "wire/schema/create_topics_response.h"
#include "wire/schema/fetch_request.h"
#include "wire/schema/fetch_response.h"
#include "wire/schema/init_producer_id_response.h"
#include "wire/schema/list_offsets_request.h"
#include "wire/schema/list_offsets_response.h"
#include "wire/schema/metadata_response.h"
#include "wire/schema/produce_request.h"
#include "wire/schema/produce_response.h"
#include "wire/schema/registry.h"
#include "wire/schema/request_header.h"
#include "wire/schema/response_header.h"

namespace muir::floor {
namespace {

using wire::ApiKey;
using wire::ErrorCode;

// The only versions that are spoken.
constexpr std::int16_t kProduce = 13;
constexpr std::int16_t kFetch = 17;
constexpr std::int16_t kListOffsets = 9;
constexpr std::int16_t kMetadata = 12;
constexpr std::int16_t kApiVersions = 3;
constexpr std::int16_t kCreateTopics = 7;
constexpr std::int16_t kInitProducerId = 5;

const Uuid kTopicId = Uuid::from_halves(4, 2);
constexpr std::int64_t kEarliest = -2;
constexpr std::int32_t kPartitionMark = 0x5b6d7f31;
constexpr std::int64_t kOffsetMark = 0x3d5c7b1a49683726;

// The answer with its size behind what is in `out`; records that follow from a file count, and are not there.
template <class Response>
bool append(OwnedBytes& out, ApiKey key, std::int16_t version, std::int32_t correlation_id, const Response& response,
            FileRange* within = nullptr) {
  wire::Writer writer;
  writer.reserve_int32();
  wire::ResponseHeader header;
  header.correlation_id = correlation_id;
  if (!encode(writer, *wire::response_header_version(key, version), header)) return false;
  if (!encode(writer, version, response)) return false;
  writer.patch_int32(0, static_cast<std::int32_t>(writer.size() - sizeof(std::int32_t)));
  const ByteView bytes = writer.bytes();
  if (within != nullptr) within->tail_bytes = bytes.size() - writer.externals().at(0).position;
  out.insert(out.end(), bytes.begin(), bytes.end());
  return true;
}

template <class Int>
std::size_t place_of(const OwnedBytes& bytes, Int mark) {
  std::array<std::byte, sizeof(Int)> wanted;
  store_big_endian(wanted.data(), mark);
  return static_cast<std::size_t>(std::ranges::search(bytes, wanted).begin() - bytes.begin());
}

// The body behind the header; nothing when the header cannot be read.
std::optional<ByteView> body_of(ByteView frame, ApiKey key, std::int16_t version) {
  wire::Reader reader(frame);
  wire::RequestHeader header;
  const auto header_version = wire::request_header_version(key, version);
  if (!header_version || !decode(reader, *header_version, header)) return std::nullopt;
  return frame.last(reader.remaining());
}

bool locate(ByteView frame, ProduceLayout& layout) {
  const auto body = body_of(frame, ApiKey::PRODUCE, kProduce);
  wire::ProduceRequest request;
  if (!body) return false;
  wire::Reader reader(*body);
  if (!decode(reader, kProduce, request) || request.topic_data.size() != 1) return false;
  if (request.topic_data.front().partition_data.size() != 1) return false;
  const auto& partition = request.topic_data.front().partition_data.front();
  const ByteView batch = partition.records.bytes;
  layout.frame_bytes = frame.size();
  layout.batch_at = static_cast<std::size_t>(batch.data() - frame.data());
  layout.batch_bytes = batch.size();
  std::size_t length_bytes = 1;
  for (std::size_t left = batch.size() + 1; left >= 0x80; left >>= 7) ++length_bytes;
  layout.partition_at = layout.batch_at - length_bytes - sizeof(std::int32_t);
  return true;
}

}  // namespace

Answers::Answers(std::int32_t port, TopicFiles& files) : port_(port), files_(files) {
  wire::ProduceResponse response;
  auto& topic = response.responses.emplace_back();
  topic.topic_id = kTopicId;
  topic.partition_responses.push_back({.index = kPartitionMark, .base_offset = kOffsetMark, .log_start_offset = 0});
  append(produced_, ApiKey::PRODUCE, kProduce, 0, response);
  produced_partition_at_ = place_of(produced_, kPartitionMark);
  produced_offset_at_ = place_of(produced_, kOffsetMark);
}

bool Answers::produce(MutableByteView frame, ProduceLayout& layout, OwnedBytes& out) {
  if (layout.frame_bytes != frame.size() && !locate(frame, layout)) return false;
  const auto partition = load_big_endian<std::int32_t>(frame.data() + layout.partition_at);
  const std::int64_t base_offset = files_.append(partition, frame.subspan(layout.batch_at, layout.batch_bytes));
  if (base_offset < 0) return false;
  std::copy_n(frame.data() + 4, sizeof(std::int32_t), produced_.data() + sizeof(std::int32_t));  // Correlation id.
  store_big_endian(produced_.data() + produced_partition_at_, partition);
  store_big_endian(produced_.data() + produced_offset_at_, base_offset);
  out.insert(out.end(), produced_.begin(), produced_.end());
  return true;
}

bool Answers::fetch(ByteView body, std::int32_t correlation_id, OwnedBytes& out, FileRange& within) {
  wire::FetchRequest request;
  wire::Reader reader(body);
  if (!decode(reader, kFetch, request) || request.topics.size() != 1) return false;
  const auto& asked = request.topics.front().partitions.at(0);
  if (static_cast<std::size_t>(asked.partition) >= files_.partitions().size()) return false;
  const auto& partition = files_.partitions()[static_cast<std::size_t>(asked.partition)];
  const std::uint64_t position = files_.position_of(partition, asked.fetch_offset);
  const std::uint64_t left = partition.size_bytes - std::min(position, partition.size_bytes);
  within = {partition.fd, position, std::min<std::uint64_t>(left, asked.partition_max_bytes), 0};

  wire::FetchResponse response;
  auto& topic = response.responses.emplace_back();
  topic.topic_id = kTopicId;
  auto& answer = topic.partitions.emplace_back();
  answer.partition_index = asked.partition;
  answer.high_watermark = answer.last_stable_offset = partition.end_offset;
  answer.log_start_offset = 0;
  answer.records = wire::Records::external(within.size_bytes, 0);
  return append(out, ApiKey::FETCH, kFetch, correlation_id, response, &within);
}

bool Answers::api_versions(std::int32_t correlation_id, OwnedBytes& out) {
  wire::ApiVersionsResponse response;
  const auto add = [&](ApiKey key, std::int16_t version) {
    response.api_keys.push_back(
        {.api_key = static_cast<std::int16_t>(key), .min_version = version, .max_version = version});
  };
  add(ApiKey::PRODUCE, kProduce);
  add(ApiKey::FETCH, kFetch);
  add(ApiKey::LIST_OFFSETS, kListOffsets);
  add(ApiKey::METADATA, kMetadata);
  add(ApiKey::API_VERSIONS, kApiVersions);
  add(ApiKey::CREATE_TOPICS, kCreateTopics);
  add(ApiKey::INIT_PRODUCER_ID, kInitProducerId);
  return append(out, ApiKey::API_VERSIONS, kApiVersions, correlation_id, response);
}

bool Answers::metadata(std::int32_t correlation_id, OwnedBytes& out) {
  wire::MetadataResponse response;
  response.brokers.push_back({.node_id = 1, .host = "127.0.0.1", .port = port_});
  auto& topic = response.topics.emplace_back();
  topic.name = files_.name();
  topic.topic_id = kTopicId;
  for (std::size_t i = 0; i < files_.partitions().size(); ++i) {
    topic.partitions.push_back({.partition_index = static_cast<std::int32_t>(i), .leader_id = 1, .leader_epoch = 0});
  }
  return append(out, ApiKey::METADATA, kMetadata, correlation_id, response);
}

bool Answers::create_topics(ByteView body, std::int32_t correlation_id, OwnedBytes& out) {
  wire::CreateTopicsRequest request;
  wire::Reader reader(body);
  if (!decode(reader, kCreateTopics, request) || request.topics.size() != 1) return false;
  const auto& asked = request.topics.front();
  wire::CreateTopicsResponse response;
  auto& created = response.topics.emplace_back();
  created.name = asked.name;
  created.topic_id = kTopicId;
  if (asked.name == files_.name()) {
    created.error_code = ErrorCode::TOPIC_ALREADY_EXISTS;
  } else if (!files_.create(asked.name, asked.num_partitions)) {
    created.error_code = ErrorCode::KAFKA_STORAGE_ERROR;
  }
  return append(out, ApiKey::CREATE_TOPICS, kCreateTopics, correlation_id, response);
}

bool Answers::list_offsets(ByteView body, std::int32_t correlation_id, OwnedBytes& out) {
  wire::ListOffsetsRequest request;
  wire::Reader reader(body);
  if (!decode(reader, kListOffsets, request) || request.topics.size() != 1) return false;
  wire::ListOffsetsResponse response;
  auto& topic = response.topics.emplace_back();
  topic.name = files_.name();
  for (const auto& asked : request.topics.front().partitions) {
    if (static_cast<std::size_t>(asked.partition_index) >= files_.partitions().size()) return false;
    const auto& partition = files_.partitions()[static_cast<std::size_t>(asked.partition_index)];
    topic.partitions.push_back(
        {.partition_index = asked.partition_index, .offset = asked.timestamp == kEarliest ? 0 : partition.end_offset});
  }
  return append(out, ApiKey::LIST_OFFSETS, kListOffsets, correlation_id, response);
}

bool Answers::init_producer_id(std::int32_t correlation_id, OwnedBytes& out) {
  wire::InitProducerIdResponse response;
  response.producer_id = next_producer_id_++;
  return append(out, ApiKey::INIT_PRODUCER_ID, kInitProducerId, correlation_id, response);
}

bool Answers::answer(MutableByteView frame, ProduceLayout& layout, OwnedBytes& out, FileRange& within) {
  if (frame.size() < 8) return false;
  const auto key = static_cast<ApiKey>(load_big_endian<std::int16_t>(frame.data()));
  if (key == ApiKey::PRODUCE) return produce(frame, layout, out);
  const auto correlation_id = load_big_endian<std::int32_t>(frame.data() + 4);
  const auto body = body_of(frame, key, load_big_endian<std::int16_t>(frame.data() + 2));
  if (!body) return false;
  switch (key) {
    case ApiKey::FETCH:
      return fetch(*body, correlation_id, out, within);
    case ApiKey::API_VERSIONS:
      return api_versions(correlation_id, out);
    case ApiKey::METADATA:
      return metadata(correlation_id, out);
    case ApiKey::CREATE_TOPICS:
      return create_topics(*body, correlation_id, out);
    case ApiKey::LIST_OFFSETS:
      return list_offsets(*body, correlation_id, out);
    case ApiKey::INIT_PRODUCER_ID:
      return init_producer_id(correlation_id, out);
    default:
      return false;
  }
}

}  // namespace muir::floor
