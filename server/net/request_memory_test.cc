#include "server/net/request_memory.h"

#include <deque>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "server/net/peer_by_hand.h"

namespace muir::server {
namespace {

// Readers by hand, each with the beginning of a request.
struct RequestMemoryTest : ::testing::Test {
  struct Reader {
    RequestMemory::AccountRef account;
    RequestMemory::Lease lease;
    RequestMemory::Wait* wait = nullptr;
    int granted = 0;
    int cancelled = 0;
  };

  ManualClock clock;
  Shard shard{ShardId{0}, "by hand", clock};
  std::optional<RequestMemory> memory{std::in_place,
                                      RequestMemory::Limits{.bytes_max = 100, .principal_bytes_max = 40}};
  std::deque<Reader> readers;
  TaskGroup tasks;

  Reader& reader(const std::string& principal) {
    readers.emplace_back().account = memory->account_of(principal);
    return readers.back();
  }
  bool may_read(Reader& of) { return memory->admits(of.lease, of.account); }
  void read(Reader& of, std::int64_t bytes) { memory->charge(of.lease, of.account, bytes); }
  Reader& with(const std::string& principal, std::int64_t bytes) {
    Reader& made = reader(principal);
    read(made, bytes);
    return made;
  }

  Task<void> wait(Reader& of) {
    RequestMemory::Wait wait(*memory, of.lease, of.account);
    of.wait = &wait;
    const bool is_granted = co_await wait;
    of.wait = nullptr;
    ++(is_granted ? of.granted : of.cancelled);
    if (is_granted) read(of, 10);
  }
  void start_waiting(Reader& of) {
    run_on(shard, [&] { tasks.spawn("reader", wait(of)); });
  }
  void give_back(Reader& of) {
    run_on(shard, [&] { of.lease = {}; });
  }
};

TEST_F(RequestMemoryTest, AdmitsAsLongAsAnythingIsLeft) {
  Reader& one = reader("a");
  EXPECT_TRUE(may_read(one));
  read(one, 39);
  Reader& other = reader("a");
  EXPECT_TRUE(may_read(other));
  read(other, 500);
  EXPECT_EQ(memory->used(), 539);
  Reader& third = reader("a");
  EXPECT_FALSE(may_read(third));
  give_back(other);
  EXPECT_TRUE(may_read(third));
}

TEST_F(RequestMemoryTest, OnePrincipalLeavesTheOthersTheirs) {
  with("greedy", 40);
  EXPECT_FALSE(may_read(reader("greedy")));
  EXPECT_TRUE(may_read(reader("modest")));
}

TEST_F(RequestMemoryTest, OfThoseWhoHaveBegunOneGoesOnPastTheBound) {
  Reader& first = with("a", 20);
  Reader& second = with("a", 20);
  EXPECT_TRUE(may_read(first));
  EXPECT_FALSE(may_read(second)) << "one at a time";
  read(first, 1000);
  EXPECT_TRUE(may_read(first)) << "until it is whole";
  EXPECT_FALSE(may_read(reader("a"))) << "who has not begun can wait";
  give_back(first);
  EXPECT_TRUE(may_read(second));
}

TEST_F(RequestMemoryTest, TheBoundOfAllIsPassedByOneTooWhosoeverItIs) {
  Reader& first = with("a", 39);
  Reader& second = with("b", 39);
  with("c", 39);
  EXPECT_TRUE(may_read(second));
  EXPECT_FALSE(may_read(first));
  give_back(second);
  EXPECT_TRUE(may_read(first));
}

TEST_F(RequestMemoryTest, ARequestThatIsWholeGoesPastTheBoundUntilItIsAnswered) {
  Reader& first = with("a", 40);
  Reader& second = with("a", 10);
  ASSERT_TRUE(may_read(first));
  read(first, 60);
  RequestMemory::Lease request = first.lease.split(100);
  EXPECT_EQ(first.lease.bytes(), 0);
  EXPECT_FALSE(may_read(second));
  run_on(shard, [&] { request = {}; });
  EXPECT_TRUE(may_read(second));
}

// What decoding makes of a request is part of it.
TEST_F(RequestMemoryTest, ARequestThatGrowsTakesMoreUntilItIsGivenBack) {
  Reader& first = with("a", 10);
  RequestMemory::Lease request = first.lease.split(10);
  request.grow(35);
  EXPECT_EQ(memory->used(), 45);
  EXPECT_FALSE(may_read(reader("a")));
  run_on(shard, [&] { request = {}; });
  EXPECT_EQ(memory->used(), 0);
  RequestMemory::Lease nobodys;
  nobodys.grow(10);
  EXPECT_EQ(memory->used(), 0);
}

TEST_F(RequestMemoryTest, WhoHasBegunIsServedBeforeWhoHasNotAndPrincipalsInTurn) {
  Reader& holder = with("a", 40);
  Reader& begun = with("b", 60);
  Reader& fresh_a = reader("a");
  Reader& begun_a = with("a", 1);
  ASSERT_TRUE(may_read(holder));  // It is past both bounds now.
  for (Reader* waiting : {&fresh_a, &begun_a, &begun}) start_waiting(*waiting);
  EXPECT_EQ(begun_a.granted + fresh_a.granted + begun.granted, 0);

  give_back(holder);

  EXPECT_EQ(begun_a.granted, 1);
  EXPECT_EQ(fresh_a.granted, 1);
  EXPECT_EQ(begun.granted, 1);
}

TEST_F(RequestMemoryTest, ACancelledWaitEndsAtTheEndOfTheTurn) {
  with("a", 40);
  Reader& late = reader("a");
  start_waiting(late);
  run_on(shard, [&] {
    late.wait->cancel();
    late.wait->cancel();
    EXPECT_EQ(late.cancelled, 0);
  });
  EXPECT_EQ(late.cancelled, 1);
  EXPECT_EQ(late.granted, 0);
}

TEST_F(RequestMemoryTest, AnAccountIsForgottenWithItsLastRequest) {
  const auto* const account = with("a", 10).account.get();
  EXPECT_EQ(memory->account_of("a").get(), account);
  readers.clear();
  EXPECT_EQ(memory->used(), 0);
}

// Requests far larger than all the memory there may be, more than fit, in pieces: each is completed.
TEST_F(RequestMemoryTest, ManyLargeRequestsNeverWaitForEachOtherForEver) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr std::int64_t kWhole = 300;
  std::vector<Reader*> under_way;
  for (int i = 0; i < 50; ++i) under_way.push_back(&reader(std::string(1, static_cast<char>('a' + i % 5))));
  for (int idle = 0; !under_way.empty(); ++idle) {
    ASSERT_LT(idle, 100'000) << under_way.size() << " are stuck with " << memory->used();
    Reader& next = *under_way[random() % under_way.size()];
    if (!may_read(next)) continue;
    idle = 0;
    read(next, static_cast<std::int64_t>(1 + random() % 20));
    ASSERT_LT(memory->used(), 100 + 6 * (kWhole + 20));
    if (next.lease.bytes() < kWhole) continue;
    std::erase(under_way, &next);
    give_back(next);
  }
  EXPECT_EQ(memory->used(), 0);
}

}  // namespace
}  // namespace muir::server
