// A Log beside a list of batches: random appends, transactions, truncations, reads, rolls, restarts, crashes and
// failing disks must leave both the same.  MUIR_MODEL_SEEDS sets how many seeds are tried, MUIR_MODEL_SEED runs one
// again.
#include <gtest/gtest.h>

#include "storage/log/log_story.h"
#include "storage/log/model_seeds.h"

namespace muir::storage::testing {

constexpr int kSteps = 60;
constexpr std::uint64_t kSeeds = 10'000;

LogStory::LogStory(std::uint64_t seed) : bench_(seed), random_(seed) {
  bench_.config.segment_bytes = static_cast<std::int32_t>(800 + dice(1500));
  bench_.config.index_interval_bytes = static_cast<std::int32_t>(1 + dice(500));
  bench_.config.retention_bytes = dice(2) == 0 ? -1 : 6000;
  bench_.config.retention_ms = -1;
  bench_.config.flush_messages = dice(4) == 0 ? 1 : 1'000'000;
  bench_.config.file_delete_delay_ms = 10;
  lags_ = dice(3) == 0;
}

void LogStory::run(int steps) {
  bench_.open();
  for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
    step();
    bench_.clock.advance(std::chrono::milliseconds{5});
  }
  if (!::testing::Test::HasFailure()) check_everything();
  if (!::testing::Test::HasFailure()) return;
  for (const std::string& line : history_) std::cerr << line << "\n";
}

void LogStory::step() {
  struct Chance {
    unsigned weight;
    void (LogStory::*command)();
  };
  static constexpr Chance kChances[] = {
      {38, &LogStory::append},
      {8, &LogStory::end_transaction},
      {10, &LogStory::replicate},
      {14, &LogStory::check_read},
      {5, &LogStory::check_time},
      {6, &LogStory::check_transactions},
      {3, &LogStory::truncate},
      {1, &LogStory::start_again},
      {2, &LogStory::delete_records},
      {3, &LogStory::roll},
      {3, &LogStory::delete_old_segments},
      {3, &LogStory::chores},
      {4, &LogStory::move_high_watermark},
      {2, &LogStory::restart},
      {2, &LogStory::crash},
      {2, &LogStory::fail_an_operation},
  };
  unsigned sum = 0;
  for (const Chance& chance : kChances) sum += chance.weight;
  auto drawn = dice(sum);
  for (const Chance& chance : kChances) {
    if (drawn < chance.weight) return (this->*chance.command)();
    drawn -= chance.weight;
  }
}

Offset LogStory::any_offset(Offset end) {
  const Offset start = log().log_start_offset();
  return start + static_cast<std::int64_t>(dice(static_cast<std::uint64_t>(end - start) + 1));
}

// What happened, for whoever has to find out why it failed.
void LogStory::note(const std::string& what) {
  history_.push_back(fmt::format("{}: [{}, {}) synced to {}, high watermark {}", what, log().log_start_offset().value,
                                 log().log_end_offset().value, log().recovery_point().value,
                                 log().high_watermark().value));
}

TEST(LogModel, AgreesWithAListOfBatches) {
  for_each_model_seed(kSeeds, "LogModel.*", [](std::uint64_t seed) { LogStory(seed).run(kSteps); });
}

}  // namespace muir::storage::testing
