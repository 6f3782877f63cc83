#include "server/runtime/cpu_account.h"

#include <ctime>
#include <thread>

#include <gtest/gtest.h>

#include "server/runtime/shard.h"

namespace muir::server {
namespace {

using namespace std::chrono_literals;

std::chrono::nanoseconds thread_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

void work_for(std::chrono::nanoseconds time) {
  const auto end = thread_time() + time;
  while (thread_time() < end) {
  }
}

TEST(CpuAccount, IsChargedForWhatIsDoneUnderIt) {
  CpuAccount one;
  CpuAccount other;
  CpuAccount::enter(&one);
  work_for(10ms);
  CpuAccount::enter(&other);
  work_for(5ms);
  CpuAccount::leave();
  work_for(20ms);

  const auto of_one = one.take();
  const auto of_other = other.take();

  EXPECT_GE(of_one, 10ms);
  EXPECT_LT(of_one, 14ms);
  EXPECT_GE(of_other, 5ms);
  EXPECT_LT(of_other, 9ms);
  EXPECT_EQ(one.take(), 0ns);
}

TEST(CpuAccount, SleepsForNothing) {
  CpuAccount account;
  CpuAccount::enter(&account);
  std::this_thread::sleep_for(20ms);
  CpuAccount::leave();
  EXPECT_LT(account.take(), 10ms);
}

TEST(CpuAccount, IsTakenWhileItRuns) {
  CpuAccount account;
  CpuAccount::enter(&account);
  work_for(3ms);
  EXPECT_GE(account.take(), 3ms);
  work_for(2ms);
  EXPECT_GE(account.take(), 2ms);
  CpuAccount::leave();
}

Task<void> work_there(std::chrono::nanoseconds time) {
  work_for(time);
  co_return;
}

Task<void> spend(Shard& other, CpuAccount& account, bool& has_ended) {
  CpuAccount::enter(&account);
  const auto there = [] { return work_there(5ms); };
  co_await call(other, there);
  EXPECT_EQ(CpuAccount::current(), &account) << "who comes back works for the same";
  has_ended = true;
}

// Both shards on this thread, turn by turn.
TEST(CpuAccount, GoesAlongToAnotherShardAndEndsWithTheEvent) {
  Shard here(ShardId{0}, "here", system_clock());
  Shard there(ShardId{1}, "there", system_clock());
  CpuAccount account;
  bool has_ended = false;
  struct Start final : Message {
    std::function<void()> begin;
    void run() override { begin(); }
  } start;
  start.begin = [&] { here.tasks().spawn("spend", spend(there, account, has_ended)); };
  here.send(start);

  for (int i = 0; i < 10 && !has_ended; ++i) {
    here.run_turn();
    EXPECT_EQ(CpuAccount::current(), nullptr);
    there.run_turn();
    EXPECT_EQ(CpuAccount::current(), nullptr);
  }

  ASSERT_TRUE(has_ended);
  const auto spent = account.take();
  EXPECT_GE(spent, 5ms);
  EXPECT_LT(spent, 9ms);
}

}  // namespace
}  // namespace muir::server
