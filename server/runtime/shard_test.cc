#include "server/runtime/shard.h"

#include <array>
#include <cstdio>
#include <future>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "server/runtime/pool.h"

namespace muir::server {
namespace {

using std::chrono::milliseconds;

// Two shards, and a way to run a task on the first and wait for it from the test's thread.
struct ShardTest : ::testing::Test {
  Shard a{ShardId{0}, "a", system_clock()};
  Shard b{ShardId{1}, "b", system_clock()};

  struct Start final : Message {
    Task<void> task;
    Shard* shard = nullptr;
    void run() override { shard->tasks().spawn("test", std::move(task)); }
  };

  void run_on_a(Task<void> task) {
    Start start;
    start.task = std::move(task);
    start.shard = &a;
    a.start();
    b.start();
    a.send(start);
    std::promise<void> done;
    struct Stop final : Message {
      Shard* shard;
      void run() override { shard->stop(); }
    } stop;
    stop.shard = &a;
    a.send(stop);
    a.join();
    b.stop();
    b.join();
  }
};

Task<std::string> whoami() { co_return Shard::current()->name(); }

Task<void> ask(Shard& other, std::string& there, std::string& here, int rounds) {
  for (int i = 0; i < rounds; ++i) there = co_await call(other, [] { return whoami(); });
  here = Shard::current()->name();
}

TEST_F(ShardTest, ACallRunsAtHomeAndReturnsToItsCaller) {
  std::string there, here;
  run_on_a(ask(b, there, here, 1000));
  EXPECT_EQ(there, "b");
  EXPECT_EQ(here, "a");
}

TEST_F(ShardTest, ACallOfOneselfRunsAtOnce) {
  std::string there, here;
  run_on_a(ask(a, there, here, 3));
  EXPECT_EQ(there, "a");
}

Task<void> wait_for(milliseconds time, bool& done) {
  co_await sleep_until(Shard::current()->clock().now() + time);
  done = true;
}

TEST_F(ShardTest, StoppingWaitsForTasks) {
  bool done = false;
  run_on_a(wait_for(milliseconds{30}, done));
  EXPECT_TRUE(done);
}

struct Counter final : TurnEnd {
  int times = 0;
  void turn_ended() override { ++times; }
};

Task<void> ask_for_turn_end(Counter& counter) {
  for (int i = 0; i < 10; ++i) Shard::current()->at_turn_end(counter);
  co_await sleep_until(Shard::current()->clock().now() + milliseconds{5});
  EXPECT_EQ(counter.times, 1);
  Shard::current()->at_turn_end(counter);
  Shard::current()->forget(counter);
}

TEST_F(ShardTest, ATurnEndsOnce) {
  Counter counter;
  run_on_a(ask_for_turn_end(counter));
  EXPECT_EQ(counter.times, 1);
}

Task<void> compute(Pool& pool, int& sum, std::string& where) {
  for (int i = 1; i <= 100; ++i) sum += co_await pool.run([i] { return i; });
  where = Shard::current()->name();
}

TEST_F(ShardTest, ThePoolAnswersOnTheCallersShard) {
  int sum = 0;
  std::string where;
  Pool pool(2);
  run_on_a(compute(pool, sum, where));
  EXPECT_EQ(sum, 5050);
  EXPECT_EQ(where, "a");
}

struct Standing {
  int policy = 0;
  int niceness = 0;
};

Task<void> look(Pool& pool, Standing& standing) {
  standing = co_await pool.run(
      [] { return Standing{::sched_getscheduler(0), ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()))}; });
}

TEST_F(ShardTest, APoolStandsBehindTheShardsIfItIsTold) {
  if (::sched_getscheduler(0) != SCHED_OTHER) GTEST_SKIP() << "nothing is changed where somebody has chosen a policy";
  Pool beside(1), behind(1, Pool::Standing::behind_shards);
  Standing of_beside, of_behind;
  const auto look_at_both = [&]() -> Task<void> {
    co_await look(beside, of_beside);
    co_await look(behind, of_behind);
  };
  run_on_a(look_at_both());
  EXPECT_EQ(of_beside.policy, SCHED_OTHER);
  EXPECT_EQ(of_behind.policy, SCHED_BATCH);
  EXPECT_EQ(of_behind.niceness, std::min(of_beside.niceness + 10, 19));
}

Task<void> look_at_slice(std::chrono::nanoseconds& slice) {
  std::array<std::uint64_t, 7> attributes{};  // sched_getattr(2): the time that is meant comes fourth.
  EXPECT_EQ(::syscall(SYS_sched_getattr, 0, attributes.data(), sizeof attributes, 0), 0);
  slice = std::chrono::nanoseconds(attributes[3]);
  co_return;
}

TEST_F(ShardTest, HasShortSlicesWhereTheKernelListens) {
  if (::sched_getscheduler(0) != SCHED_OTHER) GTEST_SKIP() << "nothing is changed where somebody has chosen a policy";
  utsname system{};
  ASSERT_EQ(::uname(&system), 0);
  int major = 0, minor = 0;
  ASSERT_EQ(std::sscanf(system.release, "%d.%d", &major, &minor), 2);
  if (std::pair(major, minor) < std::pair(6, 12)) GTEST_SKIP() << "Linux " << system.release << " does not listen";
  std::chrono::nanoseconds slice{};
  run_on_a(look_at_slice(slice));
  EXPECT_EQ(slice, milliseconds{1});
}

struct Paid {
  CpuAccount* there = nullptr;
  CpuAccount* after = nullptr;
};

Task<void> do_for(CpuAccount* payer, Pool& pool, Paid& paid) {
  CpuAccount::enter(payer);
  co_await pool.run_paid([&paid] { paid.there = CpuAccount::current(); });
  paid.after = CpuAccount::current();
  CpuAccount::leave();
  co_await pool.run([&paid] {
    if (CpuAccount::current() != nullptr) paid = {};
    return true;
  });
}

TEST_F(ShardTest, APoolsWorkIsPaidForWhereItIsSaidSo) {
  CpuAccount payer;
  Paid paid;
  Pool pool(1);
  run_on_a(do_for(&payer, pool, paid));
  EXPECT_EQ(paid.there, &payer);
  EXPECT_EQ(paid.after, &payer);
}

TEST(ShardByHand, TakesTurnsOnTheCallersThreadAndClock) {
  ManualClock clock;
  Shard shard(ShardId{0}, "by hand", clock);
  bool done = false;
  struct Start final : Message {
    Shard* shard;
    bool* done;
    void run() override { shard->tasks().spawn("wait", wait_for(milliseconds{30}, *done)); }
  } start;
  start.shard = &shard;
  start.done = &done;
  shard.send(start);

  while (shard.run_turn()) {
  }
  EXPECT_FALSE(done);
  clock.advance(milliseconds{31});
  shard.run_turn();

  EXPECT_TRUE(done);
  EXPECT_EQ(Shard::current(), nullptr);
}

}  // namespace
}  // namespace muir::server
