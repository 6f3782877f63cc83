#include "server/quorum/metadata_batch.h"

#include <string>

#include <gtest/gtest.h>

#include "server/quorum/errc.h"
#include "wire/record/batch.h"

namespace muir::server {
namespace {

using storage::Endpoint;
using storage::Voter;
using storage::VoterSet;

OwnedBytes owned(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

TEST(MetadataBatch, ReadsBackWhatItBuilds) {
  const OwnedBytes a = owned("a"), b = owned("bb");
  const ByteView values[] = {a, b};
  const auto built = build_batch(Offset{40}, Epoch{3}, 1'700'000'000'000, values);
  ASSERT_TRUE(built);

  const auto batch = read_batch(*built);

  ASSERT_TRUE(batch) << batch.error();
  EXPECT_EQ(batch->base_offset, Offset{40});
  EXPECT_EQ(batch->end_offset, Offset{42});
  EXPECT_EQ(batch->epoch, Epoch{3});
  EXPECT_EQ(batch->timestamp_ms, 1'700'000'000'000);
  EXPECT_FALSE(batch->is_control);
  ASSERT_EQ(batch->records.size(), 2u);
  EXPECT_EQ(as_text(batch->records[1]), "bb");
}

TEST(MetadataBatch, IsRefusedWhenABitHasFlipped) {
  const OwnedBytes a = owned("a");
  const ByteView values[] = {a};
  auto built = build_batch(Offset{0}, Epoch{1}, 0, values);
  ASSERT_TRUE(built);
  built->back() ^= std::byte{1};

  EXPECT_EQ(read_batch(*built).error(), make_error_code(wire::RecordErrc::crc_mismatch));
}

TEST(MetadataBatch, HoldsAtMostEightMebibytes) {
  const OwnedBytes mebibyte(1 << 20);
  const std::vector<ByteView> values(10, ByteView(mebibyte));
  const std::size_t count = count_that_fits(values);
  EXPECT_EQ(count, 7u);  // The eighth would be over it by its overhead.

  const auto built = build_batch(Offset{0}, Epoch{1}, 0, std::span(values).first(count));
  ASSERT_TRUE(built);
  EXPECT_LE(built->size(), kMetadataBatchBytesMax);

  const OwnedBytes giant(kMetadataBatchBytesMax);
  const ByteView one[] = {giant};
  EXPECT_EQ(count_that_fits(one), 0u);
}

TEST(ControlRecord, CarriesTheVoters) {
  const VoterSet voters{{Voter{{NodeId{1}, Uuid::from_halves(1, 2)}, {{"CONTROLLER", "127.0.0.1", 20401}}, {0, 1}},
                         Voter{{NodeId{7}, {}}, {{"A", "h", 1}, {"B", "::1", 65535}}, {0, 0}}}};
  const std::vector<ControlRecord> records{kraft_version_record(1), kraft_voters_record(voters)};
  const auto built = build_control_batch(Offset{1}, Epoch{2}, 5, records);
  ASSERT_TRUE(built);

  const auto batch = read_batch(*built);

  ASSERT_TRUE(batch);
  EXPECT_TRUE(batch->is_control);
  EXPECT_TRUE(batch->records.empty());
  ASSERT_EQ(batch->controls.size(), 2u);
  EXPECT_EQ(*read_kraft_version(batch->controls[0].value), 1);
  EXPECT_EQ(*read_kraft_voters(batch->controls[1].value), voters);
  EXPECT_EQ(batch->control_offsets[1], Offset{2});
}

TEST(ControlRecord, IsSkippedWhenItsTypeIsNotKnown) {
  ControlRecord later = kraft_version_record(1);
  later.key[3] = std::byte{99};
  const std::vector<ControlRecord> records{later, snapshot_footer_record()};
  const auto built = build_control_batch(Offset{0}, Epoch{0}, 0, records);

  const auto batch = read_batch(*built);

  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->controls.size(), 1u);
  EXPECT_EQ(batch->controls[0].type, ControlType::snapshot_footer);
}

TEST(ControlRecord, IsRefusedWhenItsValueIsNot) {
  EXPECT_EQ(read_kraft_version({}).error(), QuorumErrc::malformed_control_record);
  EXPECT_EQ(read_kraft_version(kraft_version_record(2).value).error(), QuorumErrc::unsupported_kraft_version);
  EXPECT_EQ(read_kraft_voters(as_bytes(std::string_view("\0\0\xff", 3))).error(), QuorumErrc::malformed_control_record);
  EXPECT_EQ(control_type(as_bytes("abc")).error(), QuorumErrc::malformed_control_record);
}

}  // namespace
}  // namespace muir::server
