#include "server/quorum/metadata_quorum.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "server/quorum/errc.h"
#include "server/quorum/quorum_state_file.h"
#include "server/quorum/quorum_world.h"

namespace muir::server {
namespace {

TEST(MetadataQuorum, ElectsItselfAndLeads) {
  QuorumWorld world;
  world.format();

  ASSERT_TRUE(world.start());

  EXPECT_EQ(world.led(), (std::vector{Epoch{1}}));
  EXPECT_EQ(world.quorum().leader_id(), NodeId{1});
  EXPECT_EQ(world.quorum().high_watermark(), Offset{3});  // LeaderChange, KRaftVersion, KRaftVoters.
  const auto saved = read_quorum_state(world.disk(), QuorumWorld::kDirectory).run_inline();
  ASSERT_TRUE(saved && *saved);
  EXPECT_EQ((*saved)->leader_id, NodeId{1});
  EXPECT_EQ((*saved)->epoch, Epoch{1});
}

TEST(MetadataQuorum, SaysWhereRecordsStandBeforeTheyAreCommitted) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());

  const auto first = world.append(2);
  const auto second = world.append(3);

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->base_offset, Offset{3});
  EXPECT_EQ(first->end_offset, Offset{5});
  EXPECT_EQ(second->base_offset, Offset{5});
  EXPECT_TRUE(world.acknowledged().empty());
  world.settle();
  EXPECT_EQ(world.acknowledged().size(), 5u);
  EXPECT_EQ(world.state(), (std::vector{1, 2, 3, 4, 5}));
}

// Everything that one turn appends costs one write each and one sync together.
TEST(MetadataQuorum, SyncsOnceForAllThatIsWaiting) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());
  const auto operations_for = [&](int appends) {
    const auto before = world.disk().operations();
    for (int i = 0; i < appends; ++i) EXPECT_TRUE(world.append());
    world.settle();
    return world.disk().operations() - before;
  };
  operations_for(1);

  const auto for_one = operations_for(1);
  const auto for_nine = operations_for(9);

  EXPECT_LE(for_nine, for_one + 8 * 1 + 2);
}

// A full disk is no failed one: what cannot be written is refused, nothing is torn, and the leader stays.
TEST(MetadataQuorum, WithdrawsWhatAFullDiskRefusesAndGoesOn) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());
  ASSERT_TRUE(world.append(2));
  world.settle();
  std::vector<bool> room;
  world.quorum().set_room_listener([&room](bool has_room) { room.push_back(has_room); });
  const auto now = world.disk().operations();
  world.disk().fill_between(now, now + 1000);

  ASSERT_TRUE(world.append(3));
  world.settle();

  ASSERT_TRUE(world.is_running());
  EXPECT_EQ(world.acknowledged().size(), 2u);
  EXPECT_EQ(world.withdrawals(), 1);
  EXPECT_EQ(world.resignations(), 0);
  world.disk().heal();
  const auto range = world.append(1);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->base_offset, Offset{5}) << "the offsets of what was withdrawn are given again";
  world.settle();
  EXPECT_EQ(world.acknowledged().size(), 3u);
  EXPECT_EQ(world.led().size(), 1u);
  EXPECT_EQ(world.quorum().epoch(), Epoch{1});
  EXPECT_EQ(room, std::vector{false}) << "a small record finds room where others will not";
  world.clock().advance(std::chrono::seconds(11));
  ASSERT_TRUE(world.append(1));
  world.settle();
  EXPECT_EQ(room, (std::vector{false, true}));
  EXPECT_EQ(world.problem(), "");
  world.crash();
  ASSERT_TRUE(world.start());
  EXPECT_EQ(world.state().size(), 4u);
  EXPECT_EQ(world.problem(), "");
}

// What was appended before the batch that finds no room is committed, what is behind it is not, and who appends again
// within the same turn is refused with it.
TEST(MetadataQuorum, CommitsWhatWasQueuedBeforeWhatHasNoRoom) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());
  ASSERT_TRUE(world.append());
  world.settle();
  const auto before = world.disk().operations();
  ASSERT_TRUE(world.append());
  world.settle();
  const auto for_one = world.disk().operations() - before;
  const auto now = world.disk().operations();

  for (int i = 0; i < 4; ++i) ASSERT_TRUE(world.append());
  world.disk().fill_between(now + for_one, now + 1000);
  world.settle();

  ASSERT_TRUE(world.is_running());
  EXPECT_GT(world.acknowledged().size(), 2u);
  EXPECT_LT(world.acknowledged().size(), 6u);
  EXPECT_EQ(world.withdrawals(), 1);
  EXPECT_EQ(world.state().size(), world.acknowledged().size());
  world.disk().heal();
  ASSERT_TRUE(world.append());
  world.settle();
  EXPECT_EQ(world.state().size(), world.acknowledged().size());
  EXPECT_EQ(world.problem(), "");
}

// After a clean stop nothing in the log is a torn tail, so that nothing may be cut off.
TEST(MetadataQuorum, RefusesADamagedLogAfterACleanStop) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(world.append());
    world.settle();
  }
  ASSERT_TRUE(world.stop());
  const std::string log = std::string(QuorumWorld::kDirectory) + "/00000000000000000000.log";
  world.disk().flip_bit(log, world.disk().content(log).size() - 3, 2);
  const std::string_view text = R"({"version":0,"brokerEpoch":1})";
  world.disk().put(std::string(QuorumWorld::kLogDir) + "/.kafka_cleanshutdown",
                   OwnedBytes(as_bytes(text).begin(), as_bytes(text).end()));

  EXPECT_FALSE(world.start());
}

TEST(MetadataQuorum, ReplaysWhatWasCommittedAfterARestart) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());
  ASSERT_TRUE(world.append(7));
  world.settle();
  ASSERT_TRUE(world.stop());
  EXPECT_EQ(world.resignations(), 1);

  ASSERT_TRUE(world.start());

  EXPECT_EQ(world.state(), (std::vector{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(world.led(), (std::vector{Epoch{1}, Epoch{2}}));
}

TEST(MetadataQuorum, RefusesAppendsOfAnotherEpoch) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());
  EXPECT_EQ(world.quorum().append(Epoch{2}, {OwnedBytes(1)}, true).error(), QuorumErrc::not_leader);
  EXPECT_EQ(world.quorum().append(Epoch{0}, {OwnedBytes(1)}, true).error(), QuorumErrc::not_leader);
}

TEST(MetadataQuorum, KeepsAtomicRecordsInOneBatch) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());
  const std::vector<OwnedBytes> nine_mebibytes(9, OwnedBytes(1 << 20));

  EXPECT_EQ(world.quorum().append(Epoch{1}, nine_mebibytes, true).error(), QuorumErrc::batch_too_large);
  const auto range = world.quorum().append(Epoch{1}, nine_mebibytes, false);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->end_offset - range->base_offset, 9);
}

TEST(MetadataQuorum, BoundsWhatWaits) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());
  const std::vector<OwnedBytes> records(7, OwnedBytes(1 << 20));
  int accepted = 0;
  while (world.quorum().append(Epoch{1}, records, true)) ++accepted;
  EXPECT_EQ(accepted, 9);  // 63 of 64 MiB.
  EXPECT_EQ(world.quorum().append(Epoch{1}, records, true).error(), QuorumErrc::too_many_records);
}

TEST(MetadataQuorum, StopsWhenTheDiskFails) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());
  world.disk().fail_from(world.disk().operations());
  ASSERT_TRUE(world.append());

  world.settle();

  EXPECT_FALSE(world.is_running());
  EXPECT_TRUE(world.acknowledged().empty());
  EXPECT_EQ(world.resignations(), 1);
  EXPECT_EQ(world.append().error(), QuorumErrc::log_failed);
}

TEST(MetadataQuorum, RefusesAQuorumWithOtherVoters) {
  QuorumWorld world;
  MetadataQuorum::Params params;
  params.log.directory = QuorumWorld::kDirectory;
  params.quorum.local = {NodeId{1}, Uuid::from_halves(1, 1)};
  params.log.static_voters = storage::VoterSet{{{.key = {NodeId{1}, {}}}, {.key = {NodeId{2}, {}}}}};
  EXPECT_EQ(MetadataQuorum::open(world.disk(), params, world.clock()).error(), QuorumErrc::not_the_only_voter);
}

TEST(MetadataQuorum, DescribesItself) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());

  const auto description = world.quorum().describe();

  EXPECT_EQ(description.leader_id, NodeId{1});
  EXPECT_EQ(description.leader_epoch, Epoch{1});
  EXPECT_EQ(description.high_watermark, Offset{3});
  ASSERT_EQ(description.voters.size(), 1u);
  EXPECT_EQ(description.voters[0].log_end_offset, Offset{3});
  EXPECT_EQ(description.voters[0].last_caught_up_timestamp_ms, world.clock().wall_ms());
  ASSERT_EQ(description.nodes.size(), 1u);
  EXPECT_EQ(description.nodes[0].endpoints[0].port, 9093);
}

TEST(MetadataSnapshots, ReplaceTheLogBelowThem) {
  QuorumWorld world{0, 1000};
  world.format();
  ASSERT_TRUE(world.start());
  int snapshots = 0;
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(world.append());
    world.settle();
    if (!world.quorum().snapshot_is_due()) continue;
    const auto written = world.snapshot();
    ASSERT_TRUE(written) << written.error().message();
    ++snapshots;
  }
  EXPECT_GT(snapshots, 5);
  ASSERT_TRUE(world.stop());

  ASSERT_TRUE(world.start());

  EXPECT_EQ(world.snapshots_loaded(), 1);
  EXPECT_EQ(world.state().size(), 400u);
  EXPECT_EQ(world.problem(), "");
  EXPECT_FALSE(world.disk().exists(std::string(QuorumWorld::kDirectory) + "/00000000000000000000.log"));
}

// metadata.max.retention.*: the files of what was trimmed stay for file.delete.delay.ms, as Kafka's, and no longer.
TEST(MetadataSnapshots, LetTheFilesBelowThemGo) {
  QuorumWorld world{0, 1000};
  world.format();
  ASSERT_TRUE(world.start());
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(world.append());
    world.settle();
    if (world.quorum().snapshot_is_due()) {
      ASSERT_TRUE(world.snapshot());
    }
  }
  const auto deleted = [&] {
    return std::ranges::count_if(world.disk().paths(), [](const auto& path) { return path.ends_with(".deleted"); });
  };
  ASSERT_GT(deleted(), 0);

  world.clock().advance(std::chrono::minutes{1});
  ASSERT_TRUE(world.append());
  world.settle();

  EXPECT_EQ(deleted(), 0);
}

TEST(MetadataSnapshots, AreRefusedWhereTheLogHasNoBatchEnd) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());
  ASSERT_TRUE(world.append(5));
  world.settle();
  const auto error = [&](std::int64_t offset, int epoch) {
    return world.quorum().write_snapshot({Offset{offset}, Epoch{epoch}}, 0, {}).run_inline().error();
  };
  EXPECT_EQ(error(5, 1), QuorumErrc::invalid_snapshot);  // Within the batch [3, 8).
  EXPECT_EQ(error(9, 1), QuorumErrc::invalid_snapshot);  // Above the high watermark.
  EXPECT_EQ(error(8, 2), QuorumErrc::invalid_snapshot);  // Another's past.
  EXPECT_TRUE(world.quorum().write_snapshot({Offset{8}, Epoch{1}}, 0, {}).run_inline());
  EXPECT_EQ(error(8, 1), QuorumErrc::invalid_snapshot);  // There already.
}

TEST(MetadataSnapshots, AreDueByTimeToo) {
  QuorumWorld world;
  world.format();
  ASSERT_TRUE(world.start());
  EXPECT_FALSE(world.quorum().snapshot_is_due());
  world.clock().advance(std::chrono::hours{1});
  EXPECT_TRUE(world.quorum().snapshot_is_due());
}

// Power fails at every single operation of an election, appends and snapshots: nothing acknowledged is lost, and no
// epoch is led twice.
TEST(MetadataQuorumCrash, LosesNothingAtAnyOperation) {
  bool undisturbed = false;
  for (std::uint64_t fail_at = 0; !undisturbed; ++fail_at) {
    ASSERT_LT(fail_at, 2000u);
    SCOPED_TRACE("operation " + std::to_string(fail_at));
    QuorumWorld world{fail_at, 300};
    world.format();
    world.disk().fail_from(world.disk().operations() + fail_at);
    undisturbed = world.start();
    for (int i = 0; undisturbed && i < 12; ++i) {
      undisturbed = world.append(3).has_value();
      world.settle();
      undisturbed = undisturbed && world.is_running();
      if (undisturbed && i % 5 == 4) undisturbed = world.snapshot().has_value();
    }
    world.crash();

    ASSERT_TRUE(world.start());
    EXPECT_EQ(world.problem(), "");
    ASSERT_TRUE(world.append());
    world.settle();
    world.crash();
    ASSERT_TRUE(world.start());
    EXPECT_EQ(world.problem(), "");
    if (testing::Test::HasFailure()) return;
  }
}

// A long life with crashes, seed by seed.
TEST(MetadataQuorumCrash, LosesNothingOverManyLives) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random{seed};
    QuorumWorld world{seed, 500};
    world.format();
    for (int life = 0; life < 12; ++life) {
      if (random() % 3 != 0) world.disk().fail_from(world.disk().operations() + random() % 300);
      bool alive = world.start();
      for (int i = 0; alive && i < 60; ++i) {
        alive = world.append(1 + static_cast<int>(random() % 5), random() % 2 == 0).has_value();
        if (random() % 3 == 0) world.settle();
        world.clock().advance(std::chrono::milliseconds{random() % 1000});
        alive = alive && world.is_running();
        if (alive && world.quorum().snapshot_is_due()) alive = world.snapshot().has_value();
      }
      world.crash();
    }
    ASSERT_TRUE(world.start()) << world.end()->message();
    EXPECT_EQ(world.problem(), "");
    EXPECT_FALSE(world.acknowledged().empty());
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace muir::server
