#include "server/coordinator/state_machine_partition.h"

#include <gtest/gtest.h>

#include "server/replica/test_partitions.h"
#include "wire/record/batch_builder.h"

namespace muir::server {
namespace {

using std::chrono::milliseconds;
using testing::Pending;
using wire::ErrorCode;

const std::vector<NodeId> kBoth{NodeId{1}, NodeId{2}};

OwnedBytes bytes_of(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

// Remembers the keys of its records, and what was told about them.
struct Notes final : StateMachine {
  bool replay(const ReplayedRecord& record, bool is_live) override {
    if (as_text(record.key) == "unreadable") return false;
    keys.emplace_back(as_text(record.key));
    live += is_live;
    return true;
  }
  void replay_end_of_transaction(ProducerId, bool) override {}
  void loaded(Moment, Effects&) override { is_loaded = true; }
  void unloaded(Effects& effects) override {
    effects.answers.push_back([this] { ++sent_away; });
  }
  std::optional<Instant> next_deadline() const override { return deadline; }
  void tick(Moment, Effects& effects) override {
    deadline.reset();
    effects.records.push_back({bytes_of("tick"), std::nullopt});
  }

  std::vector<std::string> keys;
  int live = 0;
  int sent_away = 0;
  bool is_loaded = false;
  std::optional<Instant> deadline;
};

struct StateMachinePartitionTest : ::testing::Test, testing::TestBroker {
  std::shared_ptr<StateMachinePartition> make(const std::shared_ptr<Partition>& on, LogWrites writes = {}) {
    auto machine = std::make_unique<Notes>();
    notes = machine.get();
    return std::make_shared<StateMachinePartition>(home(on), on, std::move(machine), writes);
  }

  void load(StateMachinePartition& coordinator) { run(home(partition), loaded(coordinator)); }
  static Task<bool> loaded(StateMachinePartition& coordinator) {
    co_await coordinator.load();
    co_return true;
  }
  void unload(StateMachinePartition& coordinator) { run(home(partition), unloaded(coordinator)); }
  static Task<bool> unloaded(StateMachinePartition& coordinator) {
    co_await coordinator.unload();
    co_return true;
  }

  Pending<ErrorCode> write(StateMachinePartition& coordinator, std::string key, Effects::Stored stored = nullptr) {
    StateMachinePartition::Decide decide = [key, stored](Moment, Effects& effects) {
      effects.records.push_back({bytes_of(key), bytes_of("value")});
      effects.stored = stored;
    };
    return start(home(partition), coordinator.execute(std::move(decide)));
  }

  Pending<ErrorCode> read_keys(StateMachinePartition& coordinator, std::size_t& count) {
    StateMachinePartition::Decide decide = [this, &count](Moment, Effects&) { count = notes->keys.size(); };
    return start(home(partition), coordinator.execute(std::move(decide)));
  }

  std::shared_ptr<Partition> partition = open(0);
  Notes* notes = nullptr;
};

TEST_F(StateMachinePartitionTest, ReplaysWhatTheLogHasAcceptedBeforeItAnswers) {
  lead(partition);
  const auto coordinator = make(partition);
  load(*coordinator);

  EXPECT_EQ(**write(*coordinator, "one"), ErrorCode::NONE);
  EXPECT_EQ(**write(*coordinator, "two"), ErrorCode::NONE);

  EXPECT_EQ(notes->keys, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(notes->live, 2);
  EXPECT_EQ(partition->log().log_end_offset(), Offset{2});
  unload(*coordinator);
}

TEST_F(StateMachinePartitionTest, AnotherOneLoadsTheSameStateFromTheLog) {
  lead(partition);
  LogWrites compressed;
  compressed.compression.type = wire::CompressionType::gzip;
  const auto first = make(partition, compressed);
  load(*first);
  for (int i = 0; i < 20; ++i) write(*first, std::to_string(i));
  const auto known = notes->keys;
  unload(*first);

  const auto second = make(partition);
  load(*second);

  EXPECT_TRUE(notes->is_loaded);
  EXPECT_EQ(notes->keys, known);
  EXPECT_EQ(notes->live, 0);
  unload(*second);
}

TEST_F(StateMachinePartitionTest, RefusesCommandsUntilItIsLoaded) {
  lead(partition);
  const auto coordinator = make(partition);

  EXPECT_EQ(**write(*coordinator, "early"), ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);

  load(*coordinator);
  EXPECT_EQ(**write(*coordinator, "late"), ErrorCode::NONE);
  EXPECT_EQ(notes->keys, std::vector<std::string>{"late"});
  unload(*coordinator);
}

TEST_F(StateMachinePartitionTest, ACommandThatTheLogRefusesChangesNothing) {
  lead(partition, kBoth, {NodeId{1}});
  const auto lonely = open(1, {}, 2);
  partition = lonely;
  lead(partition, kBoth, {NodeId{1}});
  const auto coordinator = make(partition);
  load(*coordinator);
  std::optional<ErrorCode> told;

  const auto result =
      write(*coordinator, "lost", [&](std::optional<ErrorCode> failure, Moment, Effects&) { told = failure; });

  EXPECT_EQ(**result, ErrorCode::COORDINATOR_NOT_AVAILABLE);
  EXPECT_EQ(told, ErrorCode::COORDINATOR_NOT_AVAILABLE);
  EXPECT_TRUE(notes->keys.empty());
  unload(*coordinator);
}

TEST_F(StateMachinePartitionTest, AnswersWhenTheReplicasHaveIt) {
  lead(partition, kBoth, kBoth);
  const auto coordinator = make(partition);
  load(*coordinator);
  int stored = 0;
  const auto written =
      write(*coordinator, "one", [&](std::optional<ErrorCode> failure, Moment, Effects&) { stored += !failure; });
  std::size_t seen = 0;
  const auto reading = read_keys(*coordinator, seen);
  EXPECT_EQ(seen, 1u);
  EXPECT_FALSE(*written);
  EXPECT_FALSE(*reading) << "what it has seen may yet be lost";
  EXPECT_EQ(stored, 0);

  EXPECT_TRUE(read(partition, 1, {FetchIsolation::log_end, true, NodeId{2}, 102}));
  turns();

  EXPECT_EQ(**written, ErrorCode::NONE);
  EXPECT_EQ(**reading, ErrorCode::NONE);
  EXPECT_EQ(stored, 1);
  unload(*coordinator);
}

TEST_F(StateMachinePartitionTest, ALostLeadershipFailsWhatIsOnItsWay) {
  lead(partition, kBoth, kBoth);
  const auto coordinator = make(partition);
  load(*coordinator);
  std::optional<ErrorCode> told;
  const auto written =
      write(*coordinator, "one", [&](std::optional<ErrorCode> failure, Moment, Effects&) { told = failure; });

  follow(partition, 1);
  turns();

  EXPECT_EQ(**written, ErrorCode::NOT_COORDINATOR);
  EXPECT_EQ(told, ErrorCode::NOT_COORDINATOR);
  unload(*coordinator);
}

TEST_F(StateMachinePartitionTest, WaitsForReplicasOnlySoLong) {
  lead(partition, kBoth, kBoth);
  LogWrites writes;
  writes.commit_timeout = milliseconds(100);
  const auto coordinator = make(partition, writes);
  load(*coordinator);
  const auto written = write(*coordinator, "one");

  pass(milliseconds(99));
  EXPECT_FALSE(*written);
  pass(milliseconds(2));

  EXPECT_EQ(**written, ErrorCode::COORDINATOR_NOT_AVAILABLE);
  unload(*coordinator);
}

TEST_F(StateMachinePartitionTest, WhatIsWantedAfterTheCommitIsWrittenToo) {
  lead(partition);
  const auto coordinator = make(partition);
  load(*coordinator);

  write(*coordinator, "one", [](std::optional<ErrorCode>, Moment, Effects& then) {
    then.records.push_back({bytes_of("two"), std::nullopt});
  });

  EXPECT_EQ(notes->keys, (std::vector<std::string>{"one", "two"}));
  unload(*coordinator);
}

TEST_F(StateMachinePartitionTest, LetsTheMachineActWhenItsDeadlineHasCome) {
  lead(partition);
  const auto coordinator = make(partition);
  load(*coordinator);
  StateMachinePartition::Decide decide = [this](Moment now, Effects&) {
    notes->deadline = now.instant + milliseconds(50);
  };
  start(home(partition), coordinator->execute(std::move(decide)));

  pass(milliseconds(49));
  EXPECT_TRUE(notes->keys.empty());
  pass(milliseconds(2));

  EXPECT_EQ(notes->keys, std::vector<std::string>{"tick"});
  unload(*coordinator);
}

TEST_F(StateMachinePartitionTest, UnloadingSendsAwayWhoWaitsAndRefusesTheRest) {
  lead(partition);
  const auto coordinator = make(partition);
  load(*coordinator);

  unload(*coordinator);

  EXPECT_EQ(notes->sent_away, 1);
  EXPECT_EQ(**write(*coordinator, "late"), ErrorCode::NOT_COORDINATOR);
}

TEST_F(StateMachinePartitionTest, SkipsARecordThatItsMachineCannotRead) {
  lead(partition);
  const auto first = make(partition);
  load(*first);
  write(*first, "one");
  unload(*first);
  wire::BatchBuilder builder({});
  const OwnedBytes key = bytes_of("unreadable");
  ASSERT_TRUE(builder.append({.timestamp = clock.wall_ms(), .key = ByteView(key), .value = {}, .headers = {}}));
  auto batch = builder.build();
  ASSERT_TRUE(batch);
  ASSERT_FALSE(run(home(partition), partition->append(*batch, true, storage::AppendOrigin::coordinator)).error);

  const auto second = make(partition);
  load(*second);

  EXPECT_TRUE(second->is_active());
  EXPECT_EQ(notes->keys, std::vector<std::string>{"one"});
  unload(*second);
}

TEST_F(StateMachinePartitionTest, WhatNeedNotBeAtomicIsWrittenInSeveralBatches) {
  lead(partition);
  const auto coordinator = make(partition);
  load(*coordinator);
  StateMachinePartition::Decide decide = [](Moment, Effects& effects) {
    effects.is_atomic = false;
    for (int i = 0; i < 1200; ++i) effects.records.push_back({bytes_of(std::to_string(i)), std::nullopt});
  };

  EXPECT_EQ(**start(home(partition), coordinator->execute(std::move(decide))), ErrorCode::NONE);

  EXPECT_EQ(notes->keys.size(), 1200u);
  EXPECT_EQ(notes->keys.back(), "1199");
  unload(*coordinator);
}

}  // namespace
}  // namespace muir::server
