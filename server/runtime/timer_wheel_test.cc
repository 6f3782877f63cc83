#include "server/runtime/timer_wheel.h"

#include <map>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace muir::server {
namespace {

using std::chrono::milliseconds;

constexpr Instant kStart{std::chrono::hours{5}};

struct NotingTimer : Timer {
  std::vector<int>* fired_ids = nullptr;
  int id = 0;
  void fired() override { fired_ids->push_back(id); }
};

struct TimerWheelTest : ::testing::Test {
  TimerWheel wheel{kStart};
  std::vector<int> fired;

  std::unique_ptr<NotingTimer> timer(int id, milliseconds after) {
    auto timer = std::make_unique<NotingTimer>();
    timer->fired_ids = &fired;
    timer->id = id;
    wheel.arm(*timer, kStart + after);
    return timer;
  }
};

TEST_F(TimerWheelTest, FiresInOrderAndNeverEarly) {
  const auto late = timer(2, milliseconds{5000});
  const auto soon = timer(1, milliseconds{70});

  wheel.advance(kStart + milliseconds{69});
  EXPECT_TRUE(fired.empty());
  wheel.advance(kStart + milliseconds{70});
  EXPECT_EQ(fired, (std::vector<int>{1}));
  wheel.advance(kStart + milliseconds{4999});
  EXPECT_EQ(fired.size(), 1u);
  wheel.advance(kStart + milliseconds{9000});
  EXPECT_EQ(fired, (std::vector<int>{1, 2}));
  EXPECT_EQ(wheel.size(), 0u);
}

TEST_F(TimerWheelTest, ACancelledOrDestroyedTimerStaysSilent) {
  auto cancelled = timer(1, milliseconds{10});
  auto destroyed = timer(2, milliseconds{10});
  cancelled->cancel();
  destroyed.reset();

  wheel.advance(kStart + milliseconds{100});

  EXPECT_TRUE(fired.empty());
  EXPECT_FALSE(wheel.next());
}

TEST_F(TimerWheelTest, ArmingAgainMovesTheDeadline) {
  const auto moved = timer(1, milliseconds{10});
  wheel.arm(*moved, kStart + milliseconds{1000});

  wheel.advance(kStart + milliseconds{999});
  EXPECT_TRUE(fired.empty());
  wheel.advance(kStart + milliseconds{1000});
  EXPECT_EQ(fired.size(), 1u);
}

TEST_F(TimerWheelTest, WorksForYears) {
  const auto decade = timer(1, std::chrono::hours{24 * 3650});
  wheel.advance(kStart + std::chrono::hours{24 * 3649});
  EXPECT_TRUE(fired.empty());
  wheel.advance(kStart + std::chrono::hours{24 * 3650});
  EXPECT_EQ(fired.size(), 1u);
}

// Against a sorted map, with random arming, cancelling and steps of time.
TEST_F(TimerWheelTest, AgreesWithANaiveModel) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::map<int, std::pair<std::int64_t, std::unique_ptr<NotingTimer>>> armed;
  std::int64_t now = 0;
  for (int id = 0; id < 5000; ++id) {
    const std::int64_t deadline = now + 1 + static_cast<std::int64_t>(random() % (id % 3 == 0 ? 300'000 : 200));
    armed[id] = {deadline, timer(id, milliseconds{deadline})};
    if (random() % 4 == 0) armed.erase(armed.begin());
    if (random() % 3 != 0) continue;

    now += static_cast<std::int64_t>(random() % 100);
    const auto promised = wheel.next();
    for (const auto& [unused, entry] : armed) ASSERT_LE(*promised, kStart + milliseconds{entry.first});
    fired.clear();
    wheel.advance(kStart + milliseconds{now});

    std::vector<int> expected;
    std::erase_if(armed, [&](const auto& entry) {
      if (entry.second.first > now) return false;
      expected.push_back(entry.first);
      return true;
    });
    std::sort(fired.begin(), fired.end());
    ASSERT_EQ(fired, expected);
  }
}

}  // namespace
}  // namespace muir::server
