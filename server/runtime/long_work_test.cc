#include "server/runtime/long_work.h"

#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "server/runtime/shard.h"

namespace muir::server {
namespace {

using std::chrono::milliseconds;

struct RunOnShard final : Message {
  explicit RunOnShard(std::function<void()> w) : work(std::move(w)) {}
  void run() override { work(); }
  const std::function<void()> work;
};

struct NextPieceTest : ::testing::Test {
  ManualClock clock;
  Shard shard{ShardId{0}, "by hand", clock};
  TaskGroup tasks;
  std::string done;

  // And what follows from it without time passing.
  void run_on_shard(std::function<void()> work) {
    RunOnShard run(std::move(work));
    shard.send(run);
    while (shard.run_turn()) {
    }
  }

  // `name` does three pieces.
  Task<void> work(char name, NextPiece::Line line = NextPiece::Line::known) {
    for (int i = 0; i < 3; ++i) {
      co_await NextPiece(line);
      done += name;
    }
  }
};

TEST_F(NextPieceTest, OnePieceATurnAndThoseWhoWaitInTurn) {
  RunOnShard begin([this] {
    tasks.spawn("a", work('a'));
    tasks.spawn("b", work('b'));
  });
  shard.send(begin);

  for (std::size_t pieces = 1; pieces <= 6; ++pieces) {
    EXPECT_TRUE(shard.run_turn()) << "a loop must not sleep while there is a piece to do";
    EXPECT_EQ(done.size(), pieces);
  }
  EXPECT_FALSE(shard.run_turn());
  EXPECT_EQ(done, "ababab");
  EXPECT_EQ(tasks.running(), "");
}

TEST_F(NextPieceTest, WhereNobodyWaitsNothingIsPutOff) {
  work('a').run_inline();
  EXPECT_EQ(done, "aaa");
}

TEST_F(NextPieceTest, WhoPaysGoesOnPaying) {
  CpuAccount account;
  std::vector<CpuAccount*> payers;
  const auto watch = [&]() -> Task<void> {
    CpuAccount::enter(&account);
    co_await NextPiece();
    payers.push_back(CpuAccount::current());
    CpuAccount::leave();
  };
  run_on_shard([&] { tasks.spawn("watch", watch()); });
  EXPECT_EQ(payers, std::vector<CpuAccount*>{&account});
  EXPECT_EQ(CpuAccount::current(), nullptr);
}

TEST_F(NextPieceTest, StrangersAndTheKnownTakeTurns) {
  run_on_shard([this] {
    for (const char stranger : {'x', 'y', 'z'}) tasks.spawn("stranger", work(stranger, NextPiece::Line::strangers));
    tasks.spawn("known", work('a'));
  });
  EXPECT_EQ(done, "xayazaxyzxyz");
}

struct Pace {
  WorkPace pace;
  int pauses = 0;
};

TEST_F(NextPieceTest, APaceIsOverWhenItsTimeIs) {
  Pace slow, fast;
  const auto work = [this](Pace& it, milliseconds each) -> Task<void> {
    for (int i = 0; i < 1000; ++i) {
      clock.advance(each);
      if (!it.pace.is_over(1)) continue;
      co_await it.pace.next();
      ++it.pauses;
    }
  };
  run_on_shard([&] {
    tasks.spawn("slow", work(slow, milliseconds{1}));
    tasks.spawn("fast", work(fast, milliseconds{0}));
  });
  // The clock is looked at after 32 things, and 64 of them have taken long enough.
  EXPECT_EQ(slow.pauses, 1000 / 64);
  EXPECT_EQ(slow.pace.pauses(), 1000u / 64);
  EXPECT_EQ(fast.pauses, 0);
  EXPECT_EQ(fast.pace.pauses(), 0u);
}

}  // namespace
}  // namespace muir::server
