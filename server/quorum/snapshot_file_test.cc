#include "server/quorum/snapshot_file.h"

#include <gtest/gtest.h>

#include "server/quorum/errc.h"
#include "storage/disk/faulty_disk.h"

namespace muir::server {
namespace {

using storage::OffsetAndEpoch;
using storage::Voter;
using storage::VoterSet;

constexpr const char* kDir = "/data/__cluster_metadata-0";
constexpr OffsetAndEpoch kId{Offset{1234}, Epoch{5}};

Snapshot small_snapshot() {
  Snapshot snapshot{
      1'700'000'000'000, std::int16_t{1}, VoterSet{{Voter{{NodeId{1}, {}}, {{"C", "h", 9}}, {0, 1}}}}, {}};
  for (int i = 0; i < 3; ++i) snapshot.records.push_back(OwnedBytes(10, static_cast<std::byte>(i)));
  return snapshot;
}

OwnedBytes bytes_of(const Snapshot& snapshot) {
  OwnedBytes bytes;
  const auto batches = build_snapshot(snapshot, kId, 7);
  for (const auto& batch : *batches) bytes.insert(bytes.end(), batch.begin(), batch.end());
  return bytes;
}

TEST(SnapshotFile, IsNamedByItsEnd) {
  EXPECT_EQ(snapshot_file_name(kId), "00000000000000001234-0000000005.checkpoint");
  const auto found = parse_snapshot_name("00000000000000001234-0000000005.checkpoint");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, kId);
  EXPECT_EQ(found->state, SnapshotName::State::complete);
  EXPECT_EQ(parse_snapshot_name("00000000000000001234-0000000005-8937.checkpoint.part")->state,
            SnapshotName::State::partial);
  EXPECT_EQ(parse_snapshot_name(deleted_snapshot_file_name(kId))->state, SnapshotName::State::deleted);
  for (const char* other :
       {"bootstrap.checkpoint", "quorum-state", "00000000000000001234.snapshot", ".checkpoint",
        "0000000000000000123x-0000000005.checkpoint", "00000000000000001234-0000000005x.checkpoint"})
    EXPECT_FALSE(parse_snapshot_name(other)) << other;
}

TEST(SnapshotFile, HoldsWhatWasPutIntoIt) {
  const Snapshot snapshot = small_snapshot();

  const auto parsed = parse_snapshot(bytes_of(snapshot));

  ASSERT_TRUE(parsed) << parsed.error();
  EXPECT_EQ(parsed->last_contained_timestamp_ms, snapshot.last_contained_timestamp_ms);
  EXPECT_EQ(parsed->kraft_version, snapshot.kraft_version);
  EXPECT_EQ(parsed->voters, snapshot.voters);
  EXPECT_EQ(parsed->records, snapshot.records);
}

TEST(SnapshotFile, SplitsWhatDoesNotFitOneBatch) {
  Snapshot snapshot;
  for (int i = 0; i < 20; ++i) snapshot.records.push_back(OwnedBytes(1 << 20, static_cast<std::byte>(i)));

  const auto batches = build_snapshot(snapshot, kId, 7);

  ASSERT_TRUE(batches);
  EXPECT_EQ(batches->size(), 2u + 3u);  // Header, footer, and seven, seven and six records.
  EXPECT_EQ(parse_snapshot(bytes_of(snapshot))->records, snapshot.records);
}

TEST(SnapshotFile, IsRefusedUnlessItIsWhole) {
  const OwnedBytes whole = bytes_of(small_snapshot());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse_snapshot(ByteView(whole).first(size))) << size << " bytes of " << whole.size();

  OwnedBytes twice = whole;
  twice.insert(twice.end(), whole.begin(), whole.end());
  EXPECT_EQ(parse_snapshot(twice).error(), QuorumErrc::malformed_snapshot);
}

// Killed, or out of power, at any operation: the name is there with all its bytes, or it is not there.
TEST(SnapshotFile, IsWrittenWholeOrNotAtAll) {
  bool undisturbed = false;
  for (std::uint64_t fail_at = 0; !undisturbed; ++fail_at) {
    ASSERT_LT(fail_at, 100u);
    storage::FaultyDisk disk{fail_at};
    ASSERT_TRUE(disk.create_directory(kDir).get());
    ASSERT_TRUE(disk.sync_directory(kDir).get());
    disk.fail_from(disk.operations() + fail_at);

    const auto name = snapshot_file_name(kId);
    undisturbed =
        write_snapshot_file(disk, kDir, name, *build_snapshot(small_snapshot(), kId, 7)).run_inline().has_value();
    disk.heal();
    disk.crash();

    const std::string path = std::string(kDir) + "/" + name;
    EXPECT_TRUE(!undisturbed || disk.exists(path));
    if (!disk.exists(path)) continue;
    const auto read = read_snapshot_file(disk, path).run_inline();
    ASSERT_TRUE(read) << "torn when operation " << fail_at << " failed";
    EXPECT_EQ(read->records, small_snapshot().records);
  }
}

}  // namespace
}  // namespace muir::server
