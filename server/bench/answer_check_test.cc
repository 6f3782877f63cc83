#include "server/bench/answer_check.h"

#include <gtest/gtest.h>

#include "server/bench/fetch_frame.h"
#include "server/bench/produce_frame.h"
#include "server/client/request_frame.h"
#include "wire/codec/reader.h"
#include "wire/record/batch.h"
#include "wire/schema/fetch_request.h"
#include "wire/schema/fetch_response.h"
#include "wire/schema/produce_request.h"
#include "wire/schema/produce_response.h"
#include "wire/schema/request_header.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

constexpr std::int16_t kProduceVersion = 13;
constexpr std::int16_t kFetchVersion = 17;
constexpr PartitionId kPartition{3};

Workload small() {
  Workload workload;
  workload.record_bytes = 20;
  workload.records_per_request = 4;
  return workload;
}

OwnedBytes batch_at(std::int64_t offset) {
  auto batch = make_batch(small(), {}, 1);
  EXPECT_TRUE(batch);
  wire::set_base_offset(*batch, Offset{offset});
  return *batch;
}

template <class Response>
OwnedBytes encoded(std::int16_t version, const Response& response) {
  wire::Writer writer;
  EXPECT_TRUE(encode(writer, version, response));
  return writer.take();
}

OwnedBytes produce_answer(std::int32_t partition, ErrorCode error, std::int64_t base_offset) {
  wire::ProduceResponse response;
  response.responses.emplace_back().partition_responses.push_back(
      {.index = partition, .error_code = error, .base_offset = base_offset});
  return encoded(kProduceVersion, response);
}

OwnedBytes fetch_answer(ByteView records) {
  wire::FetchResponse response;
  auto& partition = response.responses.emplace_back().partitions.emplace_back();
  partition.partition_index = kPartition.value;
  partition.records = wire::Records::of(records);
  return encoded(kFetchVersion, response);
}

OwnedBytes joined(OwnedBytes first, const OwnedBytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST(ProduceAnswer, YieldsTheBaseOffset) {
  EXPECT_EQ(*check_produce_answer(produce_answer(3, ErrorCode::NONE, 17), kProduceVersion, kPartition), Offset{17});
}

TEST(ProduceAnswer, IsRefusedWhenItIsNotTheAnswer) {
  const auto refused = [](const OwnedBytes& body) { return !check_produce_answer(body, kProduceVersion, kPartition); };
  EXPECT_TRUE(refused(produce_answer(3, ErrorCode::NOT_LEADER_OR_FOLLOWER, 17)));
  EXPECT_TRUE(refused(produce_answer(4, ErrorCode::NONE, 17)));
  EXPECT_TRUE(refused(produce_answer(3, ErrorCode::NONE, -1)));
  EXPECT_TRUE(refused(encoded(kProduceVersion, wire::ProduceResponse{})));
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused(joined(produce_answer(3, ErrorCode::NONE, 17), OwnedBytes(1))));
}

TEST(FetchAnswer, IsReadUpToItsLastWholeBatch) {
  OwnedBytes records = joined(batch_at(8), batch_at(12));
  records.resize(records.size() + 30);  // As a fetch cuts the next one.
  std::copy_n(batch_at(16).begin(), 30, records.end() - 30);

  const auto fetched = check_fetch_answer(fetch_answer(records), kFetchVersion, kPartition, Offset{9});

  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->next_offset, Offset{16});
  EXPECT_EQ(fetched->records, 7);
  EXPECT_EQ(fetched->bytes, records.size());
}

TEST(FetchAnswer, MayBeEmpty) {
  const auto fetched = check_fetch_answer(fetch_answer({}), kFetchVersion, kPartition, Offset{9});
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->next_offset, Offset{9});
}

TEST(FetchAnswer, IsRefusedForEachFaultOfItsBatches) {
  const auto refused = [](const OwnedBytes& records) {
    return !check_fetch_answer(fetch_answer(records), kFetchVersion, kPartition, Offset{8});
  };
  EXPECT_TRUE(refused(joined(batch_at(8), batch_at(13)))) << "a gap";
  EXPECT_TRUE(refused(joined(batch_at(8), batch_at(11)))) << "a record twice";
  EXPECT_TRUE(refused(batch_at(9))) << "not what was asked for";
  EXPECT_TRUE(refused(batch_at(4))) << "before what was asked for";
  OwnedBytes flipped = batch_at(8);
  flipped.back() ^= std::byte{1};
  EXPECT_TRUE(refused(flipped)) << "a wrong CRC";
  OwnedBytes cut = batch_at(8);
  cut.pop_back();
  EXPECT_TRUE(refused(cut)) << "no whole batch";
}

TEST(ProduceFrame, IsReadBackAsItWasStamped) {
  TargetTopic topic{"bench", Uuid::from_halves(1, 2), {{PartitionId{0}, "", Offset{0}, Offset{0}}}};
  for (std::int16_t version = wire::ProduceRequest::kVersions.min; version <= kProduceVersion; ++version) {
    SCOPED_TRACE(version);
    auto frame = ProduceFrame::make(small(), topic, version, {ProducerId{9}, 1}, 1);
    ASSERT_TRUE(frame) << frame.error().message;
    for (std::int32_t i = 0; i < 2; ++i) {
      const ByteView bytes = frame->stamp({77 + i, kPartition, 1'700'000'000'000 + i, 4 * i});
      ASSERT_EQ(load_big_endian<std::int32_t>(bytes.data()), static_cast<std::int32_t>(bytes.size() - 4));
      wire::Reader reader(bytes.subspan(4));
      wire::RequestHeader header;
      ASSERT_TRUE(decode(reader, version >= wire::ProduceRequest::kFlexibleVersions ? 2 : 1, header));
      EXPECT_EQ(header.correlation_id, 77 + i);
      wire::ProduceRequest request;
      ASSERT_TRUE(decode(reader, version, request));
      EXPECT_EQ(reader.remaining(), 0u);
      const auto& partition = request.topic_data.at(0).partition_data.at(0);
      EXPECT_EQ(partition.index, kPartition.value);
      const auto batch = wire::BatchView::parse(partition.records.bytes);
      ASSERT_TRUE(batch);
      EXPECT_TRUE(batch->crc_is_valid());
      EXPECT_EQ(batch->record_count(), 4);
      EXPECT_EQ(batch->base_sequence(), 4 * i);
      EXPECT_EQ(batch->max_timestamp(), 1'700'000'000'000 + i);
    }
  }
}

TEST(FetchFrame, IsReadBackAsItWasStamped) {
  const TargetTopic topic{"bench", Uuid::from_halves(1, 2), {}};
  for (std::int16_t version = wire::FetchRequest::kVersions.min; version <= kFetchVersion; ++version) {
    SCOPED_TRACE(version);
    auto frame = FetchFrame::make(small(), topic, version);
    ASSERT_TRUE(frame) << frame.error().message;
    wire::Reader reader(frame->stamp(5, kPartition, Offset{1234}).subspan(4));
    wire::RequestHeader header;
    ASSERT_TRUE(decode(reader, version >= wire::FetchRequest::kFlexibleVersions ? 2 : 1, header));
    wire::FetchRequest request;
    ASSERT_TRUE(decode(reader, version, request));
    const auto& partition = request.topics.at(0).partitions.at(0);
    EXPECT_EQ(partition.partition, kPartition.value);
    EXPECT_EQ(partition.fetch_offset, 1234);
  }
}

}  // namespace
}  // namespace muir::server
