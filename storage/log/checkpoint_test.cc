// The small files of a log directory.
#include <gtest/gtest.h>

#include "storage/disk/faulty_disk.h"
#include "storage/log/checkpoint_file.h"
#include "storage/log/clean_shutdown_file.h"
#include "storage/log/file_names.h"
#include "storage/log/leader_epochs.h"
#include "storage/log/log_directory.h"
#include "storage/log/meta_properties.h"
#include "storage/log/offset_checkpoint.h"
#include "storage/log/partition_metadata.h"

namespace muir::storage {
namespace {

TEST(OffsetCheckpoint, IsKafkasText) {
  const OffsetCheckpoint checkpoint{{{"b", PartitionId{0}}, Offset{7}},
                                    {{"a.b-c", PartitionId{12}}, Offset{1LL << 40}}};

  const std::string text = format_offset_checkpoint(checkpoint);

  EXPECT_EQ(text, "0\n2\na.b-c 12 1099511627776\nb 0 7\n");
  EXPECT_EQ(*parse_offset_checkpoint(text), checkpoint);
  EXPECT_EQ(*parse_offset_checkpoint("0\r\n1\r\nt  3\t9"), (OffsetCheckpoint{{{"t", PartitionId{3}}, Offset{9}}}));
}

TEST(OffsetCheckpoint, IsEmptyWhenTheFileIs) {
  EXPECT_TRUE(parse_offset_checkpoint("")->empty());
  EXPECT_TRUE(parse_offset_checkpoint("0\n")->empty());
  EXPECT_TRUE(parse_offset_checkpoint("0\n0\n")->empty());
}

TEST(OffsetCheckpoint, RefusesWhatItDoesNotUnderstand) {
  for (const char* text : {"x\n", "0\nx\n", "0\n-1\n", "0\n1\n", "0\n1\na 1 1\nb 1 1\n", "0\n1\na 1\n", "0\n1\na 1 x\n",
                           "0\n1\na 1 1 1\n", "0\n1\na 1 99999999999999999999\n", "0\n99999999999\n", "0\n1\n\n"})
    EXPECT_EQ(parse_offset_checkpoint(text).error(), Errc::malformed_file) << text;
  EXPECT_EQ(parse_offset_checkpoint("1\n0\n").error(), Errc::unsupported_file_version);
}

TEST(OffsetCheckpoint, SurvivesInAFile) {
  FaultyDisk disk;
  ASSERT_TRUE(disk.create_directory("/d").get());
  const OffsetCheckpoint checkpoint{{{"t", PartitionId{0}}, Offset{7}}};

  EXPECT_TRUE(read_offset_checkpoint(disk, "/d", kRecoveryPointCheckpoint).run_inline()->empty());
  ASSERT_TRUE(write_offset_checkpoint(disk, "/d", kRecoveryPointCheckpoint, checkpoint).run_inline());

  EXPECT_EQ(*read_offset_checkpoint(disk, "/d", kRecoveryPointCheckpoint).run_inline(), checkpoint);
}

TEST(PartitionMetadata, IsKafkasText) {
  const Uuid id = *Uuid::parse("Yt8dIHvcTF6ITfDMbpqu-g");

  EXPECT_EQ(format_partition_metadata(id), "version: 0\ntopic_id: Yt8dIHvcTF6ITfDMbpqu-g");
  EXPECT_EQ(*parse_partition_metadata(format_partition_metadata(id)), id);
  EXPECT_EQ(*parse_partition_metadata("version: 0\ntopic_id: Yt8dIHvcTF6ITfDMbpqu-g\n"), id);
}

TEST(PartitionMetadata, RefusesWhatItDoesNotUnderstand) {
  for (const char* text :
       {"", "version: 0", "version: 0\n", "version: 0\ntopic_id: x", "version: x\ntopic_id: y",
        "topic_id: Yt8dIHvcTF6ITfDMbpqu-g\nversion: 0", "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA"})
    EXPECT_EQ(parse_partition_metadata(text).error(), Errc::malformed_file) << text;
  EXPECT_EQ(parse_partition_metadata("version: 1\ntopic_id: x").error(), Errc::unsupported_file_version);
}

TEST(MetaProperties, IsJavasText) {
  const MetaProperties properties{"MkU3OEVBNTcwNTJENDM2Qg==", NodeId{3}, Uuid::parse("Yt8dIHvcTF6ITfDMbpqu-g").value()};

  const std::string text = format_meta_properties(properties);

  EXPECT_EQ(text,
            "cluster.id=MkU3OEVBNTcwNTJENDM2Qg\\=\\=\ndirectory.id=Yt8dIHvcTF6ITfDMbpqu-g\nnode.id=3\nversion=1\n");
  EXPECT_EQ(*parse_meta_properties(text), properties);
  EXPECT_EQ(*parse_meta_properties("#\n#Mon Nov 23 03:34:01 UTC 2026\r\nversion = 1\n node.id:3\ncluster.id x\n"),
            (MetaProperties{"x", NodeId{3}, {}}));
  EXPECT_EQ(parse_meta_properties("version=0\nbroker.id=4\n")->node_id, NodeId{4});
}

TEST(MetaProperties, RefusesWhatItDoesNotUnderstand) {
  for (const char* text : {"", "node.id=1\n", "version=1\nnode.id=1\n", "version=1\ncluster.id=x\n",
                           "version=1\ncluster.id=x\nnode.id=-1\n", "version=1\ncluster.id=x\nnode.id=one\n",
                           "version=1\ncluster.id=x\nnode.id=1\ndirectory.id=short\n"})
    EXPECT_EQ(parse_meta_properties(text).error(), Errc::malformed_file) << text;
  EXPECT_EQ(parse_meta_properties("version=2\n").error(), Errc::unsupported_file_version);
}

TEST(CleanShutdown, IsTheFileBeingThere) {
  FaultyDisk disk;
  ASSERT_TRUE(disk.create_directory("/d").get());
  EXPECT_FALSE(read_clean_shutdown(disk, "/d").run_inline()->was_clean);

  ASSERT_TRUE(write_clean_shutdown(disk, "/d", 53).run_inline());
  EXPECT_EQ(as_text(disk.content("/d/.kafka_cleanshutdown")), R"({"version":0,"brokerEpoch":53})");
  EXPECT_EQ(read_clean_shutdown(disk, "/d").run_inline()->broker_epoch, 53);

  disk.put("/d/.kafka_cleanshutdown", {});
  const auto of_old_kafka = read_clean_shutdown(disk, "/d").run_inline();
  EXPECT_TRUE(of_old_kafka->was_clean && !of_old_kafka->broker_epoch);

  ASSERT_TRUE(remove_clean_shutdown(disk, "/d").run_inline());
  disk.crash();
  EXPECT_FALSE(disk.exists("/d/.kafka_cleanshutdown"));
}

TEST(FileNames, CarryOffsets) {
  EXPECT_EQ(offset_file_name(Offset{42}, kLogSuffix), "00000000000000000042.log");
  EXPECT_EQ(offset_of_file("00000000000000000042.log.deleted"), Offset{42});
  EXPECT_FALSE(offset_of_file("42.log"));
  EXPECT_FALSE(offset_of_file("leader-epoch-checkpoint"));
  EXPECT_FALSE(offset_of_file("99999999999999999999.log")) << "above any offset";
}

TEST(FileNames, TellPartitionsFromOtherDirectories) {
  using State = PartitionDirectory::State;
  const auto live = parse_partition_directory("a.b-c-12");
  ASSERT_TRUE(live);
  EXPECT_TRUE(live->topic == "a.b-c" && live->partition == PartitionId{12} && live->state == State::live);
  const std::string deleted_name = unique_directory_name("a.b", PartitionId{3}, kDeleteDirSuffix);
  EXPECT_EQ(deleted_name.size(), std::string("a.b-3.-delete").size() + 32);
  const auto deleted = parse_partition_directory(deleted_name);
  ASSERT_TRUE(deleted);
  EXPECT_TRUE(deleted->topic == "a.b" && deleted->partition == PartitionId{3} && deleted->state == State::deleted);
  EXPECT_LE(unique_directory_name(std::string(249, 'x'), PartitionId{123456}, kDeleteDirSuffix).size(), 255u);
  for (const char* name : {"t", "t-", "-1", "t-x", "t--1x", ".lock", "lost+found"})
    EXPECT_FALSE(parse_partition_directory(name)) << name;
}

TEST(LogDirectory, FindsAndRemovesPartitions) {
  FaultyDisk disk;
  ASSERT_TRUE(disk.create_directory("/d/t-0").get() && disk.create_directory("/d/other").get());
  disk.put("/d/t-1", {});  // Not a directory.
  disk.put("/d/t-0/x", {});

  const auto found = list_partitions(disk, "/d").run_inline();
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().path, "/d/t-0");
  EXPECT_TRUE(remove_partition_directory(disk, "/d/t-0").run_inline());

  EXPECT_FALSE(disk.exists("/d/t-0") || disk.exists("/d/t-0/x"));
  EXPECT_TRUE(remove_partition_directory(disk, "/d/t-0").run_inline()) << "it is gone already";
}

TEST(LeaderEpochs, ReplaceWhatContradictsThem) {
  LeaderEpochs epochs;
  EXPECT_TRUE(epochs.assign(Epoch{1}, Offset{0}));
  EXPECT_FALSE(epochs.assign(Epoch{1}, Offset{5})) << "an epoch begins once";
  EXPECT_TRUE(epochs.assign(Epoch{3}, Offset{10}));
  EXPECT_TRUE(epochs.assign(Epoch{4}, Offset{20}));

  EXPECT_TRUE(epochs.assign(Epoch{5}, Offset{10})) << "as after a truncation to 10";

  EXPECT_EQ(epochs.entries(), (std::vector<EpochEntry>{{Epoch{1}, Offset{0}}, {Epoch{5}, Offset{10}}}));
  EXPECT_EQ(epochs.format(), "0\n2\n1 0\n5 10\n");
  EXPECT_EQ(LeaderEpochs::parse(epochs.format())->entries(), epochs.entries());
}

TEST(LeaderEpochs, KnowWhereAnEpochEnds) {
  LeaderEpochs epochs;
  EXPECT_EQ(epochs.end_offset_for(Epoch{0}, Offset{9}), EpochEndOffset{}) << "nothing known";
  epochs.assign(Epoch{2}, Offset{0});
  epochs.assign(Epoch{4}, Offset{10});
  epochs.assign(Epoch{7}, Offset{20});

  EXPECT_EQ(epochs.end_offset_for(Epoch{7}, Offset{30}), (EpochEndOffset{Epoch{7}, Offset{30}}));
  EXPECT_EQ(epochs.end_offset_for(Epoch{4}, Offset{30}), (EpochEndOffset{Epoch{4}, Offset{20}}));
  EXPECT_EQ(epochs.end_offset_for(Epoch{5}, Offset{30}), (EpochEndOffset{Epoch{4}, Offset{20}}));
  EXPECT_EQ(epochs.end_offset_for(Epoch{1}, Offset{30}), (EpochEndOffset{Epoch{1}, Offset{0}})) << "older than all";
  EXPECT_EQ(epochs.end_offset_for(Epoch{8}, Offset{30}), EpochEndOffset{}) << "newer than all";
  EXPECT_EQ(epochs.end_offset_for(kNoEpoch, Offset{30}), EpochEndOffset{});
}

TEST(LeaderEpochs, ShrinkFromBothEnds) {
  LeaderEpochs epochs;
  epochs.assign(Epoch{2}, Offset{0});
  epochs.assign(Epoch{4}, Offset{10});
  epochs.assign(Epoch{7}, Offset{20});

  EXPECT_FALSE(epochs.truncate_from_end(Offset{21}));
  EXPECT_TRUE(epochs.truncate_from_end(Offset{20}));
  EXPECT_TRUE(epochs.truncate_from_start(Offset{12}));

  EXPECT_EQ(epochs.entries(), (std::vector<EpochEntry>{{Epoch{4}, Offset{12}}}));
  EXPECT_FALSE(epochs.truncate_from_start(Offset{11}));
  EXPECT_EQ(epochs.epoch_for_offset(Offset{11}), std::nullopt);
  EXPECT_EQ(epochs.epoch_for_offset(Offset{99}), Epoch{4});
}

}  // namespace
}  // namespace muir::storage
