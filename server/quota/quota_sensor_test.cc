#include "server/quota/quota_sensor.h"

#include <optional>
#include <random>

#include <gtest/gtest.h>

#include "server/quota/transcript.h"

namespace muir::server {
namespace {

const QuotaEntity kProducer{QuotaType::produce, "u", "c"};

QuotaSensor sensor_of(QuotaEntity entity, QuotaWindows windows = {}) { return {std::move(entity), windows, 0}; }

// Quotas of one sensor after the other, as a transcript tells them.
struct Story {
  std::optional<QuotaSensor> sensor;
  double bound = 0;

  // True if the line was one that begins a quota.
  bool begins(std::istringstream& words, QuotaType type) {
    std::string first;
    words >> first;
    if (first != "windows") {
      at_ms = std::stoll(first);
      return false;
    }
    QuotaWindows windows;
    words >> windows.samples >> windows.window_ms >> bound;
    windows.window_ms *= 1000;
    sensor.emplace(QuotaEntity{type, "u", {}}, windows, 0);
    return true;
  }
  std::int64_t at_ms = 0;
};

TEST(QuotaSensor, ThrottlesRatesToTheMillisecondAsKafka) {
  Story story;
  for_each_line("rates.txt", [&](std::istringstream& words) {
    if (story.begins(words, QuotaType::produce)) return;
    double value = 0;
    std::int64_t throttle_ms = 0;
    words >> value >> throttle_ms;
    if (value < 0) return story.sensor->record_only(value, story.bound, story.at_ms);
    EXPECT_EQ(story.sensor->record(value, story.bound, story.at_ms), throttle_ms);
  });
}

TEST(QuotaSensor, AcceptsAndRefusesMutationsAsKafka) {
  Story story;
  for_each_line("mutations.txt", [&](std::istringstream& words) {
    if (story.begins(words, QuotaType::controller_mutation)) return;
    double permits = 0;
    std::string mode;
    std::string verdict;
    std::int64_t throttle_ms = 0;
    words >> permits >> mode >> verdict >> throttle_ms;
    const auto kind = mode == "strict" ? QuotaSensor::Mode::strict : QuotaSensor::Mode::permissive;
    const auto mutation = story.sensor->mutate(permits, kind, story.bound, story.at_ms);
    EXPECT_EQ(mutation.is_refused, verdict == "refused");
    EXPECT_EQ(mutation.throttle_ms, throttle_ms);
  });
}

TEST(QuotaSensor, HoldsUpRequestTimeForAtMostOneWindow) {
  QuotaSensor requests = sensor_of({QuotaType::request, "u", {}});
  QuotaSensor bytes = sensor_of(kProducer);

  EXPECT_EQ(requests.record(1000, 1, 5000), 1000);
  EXPECT_EQ(bytes.record(1000, 1, 5000), 990'000);
}

TEST(QuotaSensor, ObeysANewBoundAtOnce) {
  QuotaSensor sensor = sensor_of(kProducer);
  EXPECT_EQ(sensor.record(5000, 1000, 0), 0);
  EXPECT_GT(sensor.record(1, 100, 10), 0);
  EXPECT_EQ(sensor.record(1, 1000, 20), 0);
}

TEST(QuotaSensor, ShowsItsMetrics) {
  QuotaSensor sensor = sensor_of(kProducer);
  sensor.record(1000, 50, 0);
  sensor.throttled(300, 0);
  sensor.throttled(100, 10);

  const auto metrics = sensor.metrics(10'000);

  EXPECT_EQ(metrics.bound, 50);
  EXPECT_EQ(metrics.rate, 100);
  EXPECT_EQ(metrics.throttle_time, 200);
}

TEST(QuotaSensor, ShowsTokensOfMutations) {
  QuotaSensor sensor = sensor_of({QuotaType::controller_mutation, "u", {}});
  sensor.mutate(7, QuotaSensor::Mode::strict, 1, 0);
  EXPECT_EQ(sensor.metrics(0).tokens, 4);
}

// Clients that pause as they are told: however their requests fall, the rate over the long run is the quota, and no
// more; and who stays below it is not held up.
class LongRun : public testing::Test {
 protected:
  const unsigned seed = std::random_device{}();
  std::mt19937 random{seed};
  int below(int limit) { return std::uniform_int_distribution(0, limit - 1)(random); }
};

TEST_F(LongRun, IsNeverAboveTheQuotaNorFarBelow) {
  SCOPED_TRACE(seed);
  for (int round = 0; round < 50; ++round) {
    const double bound = 1000 * (1 + below(100));
    QuotaSensor sensor = sensor_of(kProducer);
    const int clients = 1 + below(8);
    std::vector<std::int64_t> free_at(static_cast<std::size_t>(clients));
    double total = 0;
    constexpr std::int64_t kRunMs = 200'000;
    for (std::int64_t now = 0; now < kRunMs; now += 1 + below(20)) {
      for (std::int64_t& free : free_at) {
        if (free > now) continue;
        const double value = below(static_cast<int>(bound / 10));
        total += value;
        free = now + sensor.record(value, bound, now);
      }
    }
    const double rate = total / (kRunMs / 1000);
    const double at_most = bound * (1 + 11.0 / (kRunMs / 1000)) + clients * bound / 10;
    EXPECT_LE(rate, at_most) << "round " << round;
    EXPECT_GE(rate, bound * 0.9) << "round " << round;
  }
}

// Who leaves each request the time that it takes at the rate of the quota is told to wait for no longer than that.
TEST_F(LongRun, BelowTheQuotaIsNotHeldUp) {
  SCOPED_TRACE(seed);
  QuotaSensor sensor = sensor_of(kProducer);
  std::int64_t now = 0;
  for (int i = 0; i < 20'000; ++i) {
    const int value = 1 + below(500);
    ASSERT_LE(sensor.record(value, 1000, now), value) << "request " << i;
    now += value + below(3);  // At most a thousand a second, whatever the size.
  }
}

}  // namespace
}  // namespace muir::server
