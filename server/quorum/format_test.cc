#include "server/quorum/format.h"

#include <gtest/gtest.h>

#include "server/quorum/bootstrap_checkpoint.h"
#include "server/quorum/initial_controllers.h"
#include "server/quorum/snapshot_file.h"
#include "storage/disk/faulty_disk.h"
#include "storage/log/meta_properties.h"

namespace muir::server {
namespace {

constexpr const char* kClusterId = "4L6g3nShT-eMCtK--X86sw";

BrokerConfig two_directories() {
  BrokerConfig config;
  config.node_id = NodeId{1};
  config.is_broker = config.is_controller = true;
  config.log_dirs = {"/data/d1", "/data/d2"};
  config.metadata_log_dir = "/data/d1";
  config.controller_listener_names = {"CONTROLLER"};
  config.advertised_controller_listeners = {{"CONTROLLER", SecurityProtocol::PLAINTEXT, "127.0.0.1", 20401}};
  return config;
}

FormatOptions standalone() { return {.cluster_id = kClusterId, .standalone = true}; }

class Format : public testing::Test {
 protected:
  CommandOutcome format(const BrokerConfig& config, const FormatOptions& options) {
    return format_storage(disk_, config, options, clock_);
  }
  std::string refusal(const BrokerConfig& config, const FormatOptions& options) {
    const auto outcome = format(config, options);
    EXPECT_EQ(outcome.exit_code, 1);
    return outcome.err;
  }

  storage::FaultyDisk disk_;
  ManualClock clock_;
};

TEST_F(Format, WritesAStandaloneController) {
  const auto outcome = format(two_directories(), standalone());

  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  // Word for word what kafka-storage 4.3.1 printed for the same configuration.
  EXPECT_EQ(
      outcome.out,
      "Bootstrap metadata: BootstrapMetadata(records=[ApiMessageAndVersion(FeatureLevelRecord(name='metadata.version"
      "', featureLevel=30) at version 0), ApiMessageAndVersion(FeatureLevelRecord(name='eligible.leader.replicas.ver"
      "sion', featureLevel=1) at version 0), ApiMessageAndVersion(FeatureLevelRecord(name='group.version', featureLe"
      "vel=1) at version 0), ApiMessageAndVersion(FeatureLevelRecord(name='share.version', featureLevel=1) at versio"
      "n 0), ApiMessageAndVersion(FeatureLevelRecord(name='streams.version', featureLevel=1) at version 0), ApiMessa"
      "geAndVersion(FeatureLevelRecord(name='transaction.version', featureLevel=2) at version 0)], metadataVersionLe"
      "vel=30, source=format command)\n"
      "Formatting dynamic metadata voter directory /data/d1 with metadata.version 4.3-IV0.\n"
      "Formatting data directory /data/d2 with metadata.version 4.3-IV0.\n");

  const auto first = storage::read_meta_properties(disk_, "/data/d1").run_inline();
  const auto second = storage::read_meta_properties(disk_, "/data/d2").run_inline();
  ASSERT_TRUE(first && *first && second && *second);
  EXPECT_EQ((*first)->cluster_id, kClusterId);
  EXPECT_EQ((*second)->node_id, NodeId{1});
  EXPECT_NE((*first)->directory_id, (*second)->directory_id);

  const auto voters =
      read_snapshot_file(disk_, "/data/d1/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint")
          .run_inline();
  ASSERT_TRUE(voters);
  EXPECT_EQ(voters->kraft_version, 1);
  EXPECT_EQ(
      voters->voters,
      (storage::VoterSet{{{{NodeId{1}, *(*first)->directory_id}, {{"CONTROLLER", "127.0.0.1", 20401}}, {0, 1}}}}));
  EXPECT_TRUE(voters->records.empty());
  const auto bootstrap = read_bootstrap_checkpoint(disk_, "/data/d2").run_inline();
  ASSERT_TRUE(bootstrap && *bootstrap);
  EXPECT_EQ((*bootstrap)->size(), 6u);
  EXPECT_FALSE(disk_.exists("/data/d2/__cluster_metadata-0"));
}

TEST_F(Format, LeavesWhatIsFormattedAlone) {
  ASSERT_EQ(format(two_directories(), standalone()).exit_code, 0);
  const auto before = disk_.content("/data/d1/meta.properties");
  auto again = standalone();

  EXPECT_EQ(
      refusal(two_directories(), again),
      "Log directory /data/d1 is already formatted. Use --ignore-formatted to ignore this directory and format the "
      "others.\n");
  again.ignore_formatted = true;
  EXPECT_EQ(format(two_directories(), again).out, "All of the log directories are already formatted.\n");
  again.cluster_id = "MkU3OEVBNTcwNTJENDM2Qg";
  EXPECT_EQ(refusal(two_directories(), again),
            "Invalid cluster.id in: /data/d1/meta.properties. Expected MkU3OEVBNTcwNTJENDM2Qg, but read "
            "4L6g3nShT-eMCtK--X86sw\n");
  auto other_node = two_directories();
  other_node.node_id = NodeId{2};
  again.cluster_id = kClusterId;
  EXPECT_TRUE(refusal(other_node, again).starts_with("Stored node id 1 doesn't match previous node id 2 in "));
  EXPECT_EQ(disk_.content("/data/d1/meta.properties"), before);
}

TEST_F(Format, WantsToKnowTheKindOfQuorum) {
  EXPECT_EQ(refusal(two_directories(), {.cluster_id = kClusterId}),
            "Because controller.quorum.voters is not set on this controller, you must specify one of the following: "
            "--standalone, --initial-controllers, or --no-initial-controllers.\n");
  auto config = two_directories();
  config.controller_quorum_voters = {{1, "127.0.0.1", 20401}};
  EXPECT_TRUE(refusal(config, standalone()).starts_with("You cannot specify controller.quorum.voters and format "));
  const auto outcome = format(config, {.cluster_id = kClusterId});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.out.find("Formatting metadata directory /data/d1 with metadata.version 4.3-IV0."),
            std::string::npos);
  EXPECT_FALSE(disk_.exists("/data/d1/__cluster_metadata-0"));
}

TEST_F(Format, TakesTheDirectoryIdOfAnInitialController) {
  FormatOptions options{.cluster_id = kClusterId};
  options.initial_controllers = "1@a:9093:JEXY6aqzQY-32P5TStzaFg,2@[::1]:9094:MvDxzVmcRsaTz33bUuRU6A";
  ASSERT_EQ(format(two_directories(), options).exit_code, 0);
  EXPECT_EQ((*storage::read_meta_properties(disk_, "/data/d1").run_inline())->directory_id,
            *Uuid::parse("JEXY6aqzQY-32P5TStzaFg"));
}

// A directory counts as formatted only when all of it is there.
TEST_F(Format, IsRepeatableAfterAFailureAtAnyOperation) {
  bool undisturbed = false;
  for (std::uint64_t fail_at = 0; !undisturbed; ++fail_at) {
    ASSERT_LT(fail_at, 200u);
    storage::FaultyDisk disk{fail_at};
    disk.fail_from(fail_at);
    undisturbed = format_storage(disk, two_directories(), standalone(), clock_).exit_code == 0;
    disk.heal();
    disk.crash();
    auto again = standalone();
    again.ignore_formatted = true;
    ASSERT_EQ(format_storage(disk, two_directories(), again, clock_).exit_code, 0) << "operation " << fail_at;
    const auto properties = storage::read_meta_properties(disk, "/data/d1").run_inline();
    const auto voters =
        read_snapshot_file(disk, "/data/d1/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint")
            .run_inline();
    ASSERT_TRUE(voters && properties && *properties) << "operation " << fail_at;
    EXPECT_TRUE(voters->voters->is_voter({NodeId{1}, *(*properties)->directory_id})) << "operation " << fail_at;
  }
}

std::string feature_error(std::optional<FeatureLevel> release, FeatureLevels wanted, bool dynamic = true) {
  const auto levels = effective_feature_levels(release, std::move(wanted), dynamic);
  return levels ? "" : levels.error();
}

TEST(FeatureLevels, FollowTheMetadataVersion) {
  const auto old = effective_feature_levels(FeatureLevel{21}, {}, true);
  ASSERT_TRUE(old);
  EXPECT_EQ(*old, (FeatureLevels{{"metadata.version", 21},
                                 {"kraft.version", 1},
                                 {"eligible.leader.replicas.version", 0},
                                 {"group.version", 0},
                                 {"share.version", 0},
                                 {"streams.version", 0},
                                 {"transaction.version", 0}}));
  EXPECT_EQ(feature_level_records(*old).size(), 1u);
  EXPECT_EQ(effective_feature_levels({}, {}, false)->at("kraft.version"), 0);
}

TEST(FeatureLevels, AreRefusedInKafkasWords) {
  EXPECT_EQ(feature_error({}, {{"group.version", 7}}), "No feature:group.version with feature level 7");
  EXPECT_EQ(feature_error(21, {{"eligible.leader.replicas.version", 1}}),
            "eligible.leader.replicas.version could not be set to 1 because it depends on metadata.version level 23");
  EXPECT_EQ(feature_error(21, {{"metadata.version", 30}}),
            "Use --release-version instead of --feature metadata.version=X to avoid ambiguity.");
  EXPECT_TRUE(feature_error({}, {{"kraft.version", 0}}).starts_with("Cannot set kraft.version to 0 if "));
  EXPECT_TRUE(feature_error({}, {{"kraft.version", 1}}, false).starts_with("Cannot set kraft.version to 1 unless "));
  EXPECT_TRUE(feature_error({}, {{"nonsense", 1}})
                  .starts_with("Unsupported feature: nonsense. Supported features are: "
                               "eligible.leader.replicas.version, group.version"));
}

TEST(ReleaseVersion, IsAReleaseOrAnExactOne) {
  EXPECT_EQ(*parse_release_version("4.3"), 30);
  EXPECT_EQ(*parse_release_version("4.3.1"), 30);
  EXPECT_EQ(*parse_release_version("3.7"), 19);
  EXPECT_EQ(*parse_release_version("3.3-IV3"), 7);
  EXPECT_TRUE(parse_release_version("2.8").error().starts_with("Unknown metadata.version '2.8'. Supported "));
}

TEST(InitialControllers, AreRefusedInKafkasWords) {
  const auto error = [](std::string_view text) { return parse_initial_controllers(text, "C").error(); };
  EXPECT_EQ(error(""), "No voters given.");
  EXPECT_EQ(error("1"), "No @ found in dynamic voter string.");
  EXPECT_EQ(error("1@h"), "No colon following hostname could be found.");
  EXPECT_EQ(error("1@h:99999:JEXY6aqzQY-32P5TStzaFg"), "Invalid port 99999 in dynamic voter string.");
  EXPECT_EQ(error("1@h:1:x"), "Failed to parse directory ID in dynamic voter string.");
  EXPECT_EQ(error("1@h:1:JEXY6aqzQY-32P5TStzaFg,1@i:1:MvDxzVmcRsaTz33bUuRU6A"),
            "Node id 1 was specified more than once.");
}

}  // namespace
}  // namespace muir::server
