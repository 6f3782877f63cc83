#include "server/quorum/quorum_state_file.h"

#include <gtest/gtest.h>

#include "server/quorum/errc.h"
#include "storage/disk/faulty_disk.h"

namespace muir::server {
namespace {

using storage::ElectionState;
using storage::ReplicaKey;
using storage::VoterSet;

constexpr const char* kDir = "/data/__cluster_metadata-0";
const Uuid kDirectory = *Uuid::parse("dgq6giI-QAO5GJ6wZnbbKA");

// Both as Apache Kafka 4.3.1 wrote them.
TEST(QuorumStateFile, ReadsWhatKafkaWrites) {
  const auto leader = parse_quorum_state(
      R"({"leaderId":1,"leaderEpoch":7,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1})");
  const auto old = parse_quorum_state(
      R"({"clusterId":"","leaderId":-1,"leaderEpoch":3,"votedId":1,"appliedOffset":0,"currentVoters":[{"voterId":1}],)"
      R"("data_version":0})");

  ASSERT_TRUE(leader && old);
  EXPECT_EQ(*leader, (ElectionState{Epoch{7}, NodeId{1}, std::nullopt}));
  EXPECT_EQ(*old, (ElectionState{Epoch{3}, std::nullopt, ReplicaKey{NodeId{1}, Uuid{}}}));
}

TEST(QuorumStateFile, WritesWhatKafkaWrites) {
  const ElectionState voted{Epoch{8}, std::nullopt, ReplicaKey{NodeId{1}, kDirectory}};
  const VoterSet voters{{{.key = {NodeId{1}, {}}}, {.key = {NodeId{2}, {}}}}};

  EXPECT_EQ(
      format_quorum_state(voted, 1, voters),
      R"({"leaderId":-1,"leaderEpoch":8,"votedId":1,"votedDirectoryId":"dgq6giI-QAO5GJ6wZnbbKA","data_version":1})");
  EXPECT_EQ(format_quorum_state({Epoch{3}, NodeId{2}, std::nullopt}, 0, voters),
            R"({"clusterId":"","leaderId":2,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,)"
            R"("currentVoters":[{"voterId":1},{"voterId":2}],"data_version":0})");
}

TEST(QuorumStateFile, RefusesWhatItDoesNotUnderstand) {
  const auto error = [](std::string_view text) { return parse_quorum_state(text).error(); };

  EXPECT_EQ(error(""), QuorumErrc::malformed_quorum_state);
  EXPECT_EQ(error("[1]"), QuorumErrc::malformed_quorum_state);
  EXPECT_EQ(error(R"({"leaderId":1})"), QuorumErrc::malformed_quorum_state);
  EXPECT_EQ(error(R"({"data_version":2})"), QuorumErrc::unsupported_quorum_state);
  EXPECT_EQ(error(R"({"leaderId":1,"leaderEpoch":-2,"votedId":-1,"data_version":0})"),
            QuorumErrc::malformed_quorum_state);
  EXPECT_EQ(error(R"({"leaderId":1,"leaderEpoch":2,"votedId":-1,"data_version":1})"),
            QuorumErrc::malformed_quorum_state);
  EXPECT_EQ(error(R"({"leaderId":1,"leaderEpoch":99999999999,"votedId":-1,"data_version":0})"),
            QuorumErrc::malformed_quorum_state);
}

// Power may fail at any operation: then the old vote is there, or the new one, and never neither.
TEST(QuorumStateFile, SurvivesACrashAtAnyOperation) {
  const std::string before = format_quorum_state({Epoch{1}, NodeId{1}, std::nullopt}, 1, {});
  const std::string after = format_quorum_state({Epoch{2}, std::nullopt, ReplicaKey{NodeId{1}, kDirectory}}, 1, {});
  bool undisturbed = false;
  for (std::uint64_t fail_at = 0; !undisturbed; ++fail_at) {
    ASSERT_LT(fail_at, 100u);
    storage::FaultyDisk disk{fail_at};
    ASSERT_TRUE(disk.create_directory(kDir).get());
    ASSERT_TRUE(write_quorum_state(disk, kDir, before).run_inline());
    disk.fail_from(disk.operations() + fail_at);

    undisturbed = write_quorum_state(disk, kDir, after).run_inline().has_value();
    disk.heal();
    disk.crash();

    const auto found = read_quorum_state(disk, kDir).run_inline();
    ASSERT_TRUE(found && *found) << "lost when operation " << fail_at << " failed";
    if (undisturbed)
      EXPECT_EQ((*found)->epoch, Epoch{2});
    else
      EXPECT_TRUE((*found)->epoch == Epoch{1} || (*found)->epoch == Epoch{2});
  }
}

TEST(QuorumStateFile, IsAbsentBeforeTheFirstVote) {
  storage::FaultyDisk disk;
  ASSERT_TRUE(disk.create_directory(kDir).get());
  const auto found = read_quorum_state(disk, kDir).run_inline();
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

}  // namespace
}  // namespace muir::server
