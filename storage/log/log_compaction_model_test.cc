// A compacted log against a naive model: random keyed appends, tombstones, transactions, cleanings, crashes.
#include <random>
#include <set>

#include "storage/log/model_seeds.h"
#include "storage/log/test_cleaning.h"

namespace muir::storage::testing {
namespace {

constexpr int kKeys = 6;
constexpr int kProducers = 3;

struct Written {
  ReadRecord record;
  std::int64_t producer_id = -1;
  bool is_committed = false;
  bool is_aborted = false;
  std::optional<std::int64_t> first_cleaned_ms;
};

class CompactedLogModel {
 public:
  explicit CompactedLogModel(std::uint64_t seed) : random_(seed), bench_(seed) {
    bench_.config.segment_bytes = 700;
    bench_.open();
  }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) step();
    while (!open_.empty()) end(open_.begin()->first);
    clean();
    check();
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<std::uint64_t>(bound)); }

  void step() {
    const int what = below(100);
    if (what < 50) {
      append(-1);
    } else if (what < 68) {
      append(below(kProducers));
    } else if (what < 76) {
      if (!open_.empty()) end(open_.begin()->first);
    } else if (what < 84) {
      ASSERT_TRUE(bench_.log->roll().run_inline());
    } else if (what < 88) {
      bench_.clock.advance(std::chrono::milliseconds{below(1500)});
    } else if (what < 96) {
      clean();
      check();
    } else if (what < 98) {
      clean_and_crash();
      check();
    } else {
      restart();
      check();
    }
  }

  void append(std::int64_t producer_id) {
    KeyedBatch batch;
    batch.base_offset = bench_.log->log_end_offset().value;
    batch.timestamp = bench_.clock.wall_ms();
    batch.compression = static_cast<wire::CompressionType>(below(5));
    const int count = 1 + below(3);
    for (int i = 0; i < count; ++i) {
      KeyedRecord record{"key" + std::to_string(below(kKeys)), std::nullopt};
      if (below(4) != 0)
        record.value = std::to_string(batch.base_offset + i) + std::string(static_cast<std::size_t>(below(40)), '.');
      batch.records.push_back(record);
    }
    if (producer_id >= 0) {
      auto& sequence = sequences_[producer_id];
      open_.try_emplace(producer_id, batch.base_offset);
      batch.producer_id = producer_id;
      batch.producer_epoch = 0;
      batch.base_sequence = sequence;
      batch.is_transactional = true;
      sequence += count;
    }
    ASSERT_TRUE(bench_.replicate(make_keyed(batch)));
    for (int i = 0; i < count; ++i) {
      const auto& record = batch.records[static_cast<std::size_t>(i)];
      Written written{{batch.base_offset + i, record.key, record.value}, producer_id, producer_id < 0};
      written_.emplace(written.record.offset, written);
    }
  }

  void end(std::int64_t producer_id) {
    const bool is_abort = below(2) == 0;
    const Offset marker = bench_.log->log_end_offset();
    const Offset first{open_.at(producer_id)};
    ASSERT_TRUE(bench_.replicate(make_marker(producer_id, 0, is_abort, marker.value)));
    for (auto& [offset, written] : written_) {
      if (written.producer_id != producer_id || offset < first.value) continue;
      (is_abort ? written.is_aborted : written.is_committed) = true;
    }
    open_.erase(producer_id);
  }

  void clean() {
    const auto cleaned = bench_.clean();
    ASSERT_TRUE(cleaned) << error_text(cleaned.error());
    for (auto& [offset, written] : written_)
      if (bench_.checkpointed && offset < bench_.checkpointed->value && !written.first_cleaned_ms)
        written.first_cleaned_ms = bench_.clock.wall_ms();
  }

  // Power fails in the middle of a cleaning, after everything was synced.
  void clean_and_crash() {
    ASSERT_TRUE(bench_.log->flush().run_inline());
    bench_.checkpoint();
    const auto checkpointed = bench_.checkpointed;
    bench_.disk.fail_from(bench_.disk.operations() + random_() % 120);
    (void)bench_.clean();
    bench_.disk.heal();
    bench_.round.reset();
    bench_.checkpointed = checkpointed;  // It is written when all is done.
    // Horizons may have been set: a tombstone's time runs from the first cleaning that reached the disk.
    for (auto& [offset, written] : written_)
      if (offset < bench_.log->cleanable().active_base_offset().value && !written.first_cleaned_ms)
        written.first_cleaned_ms = bench_.clock.wall_ms();
    bench_.crash();
    bench_.open();
  }

  void restart() {
    bench_.close();
    bench_.open(true);
  }

  void check() {
    std::map<std::string, Written> last;
    for (const auto& [offset, written] : written_)
      if (written.is_committed) last[*written.record.key] = written;

    std::map<std::string, ReadRecord> read;
    std::set<std::int64_t> offsets;
    std::int64_t before = -1;
    for (const ReadRecord& record : bench_.records()) {
      ASSERT_GT(record.offset, before);
      before = record.offset;
      if (record.is_control) continue;
      offsets.insert(record.offset);
      const auto written = written_.find(record.offset);
      ASSERT_NE(written, written_.end());
      ASSERT_EQ(record, written->second.record);
      if (written->second.is_committed) read[*record.key] = record;
    }
    for (const auto& [key, written] : last) {
      const auto found = read.find(key);
      if (written.record.value) {
        ASSERT_NE(found, read.end()) << key;
        ASSERT_EQ(found->second, written.record);
        continue;
      }
      // A deleted key must not come back, and its tombstone is there until everybody had time to see it.
      if (found != read.end()) {
        ASSERT_EQ(found->second, written.record);
      }
      const bool must_be_there = !written.first_cleaned_ms ||
                                 bench_.clock.wall_ms() < *written.first_cleaned_ms + bench_.config.delete_retention_ms;
      if (must_be_there) {
        ASSERT_TRUE(offsets.contains(written.record.offset)) << written.record.offset;
      }
    }
    // What an open transaction has written is not decided yet: none of it may be missing.
    for (const auto& [offset, written] : written_) {
      if (written.producer_id >= 0 && open_.contains(written.producer_id) && offset >= open_.at(written.producer_id)) {
        ASSERT_TRUE(offsets.contains(offset)) << offset;
      }
    }
  }

  std::mt19937_64 random_;
  CleaningBench bench_;
  std::map<std::int64_t, Written> written_;
  std::map<std::int64_t, std::int64_t> open_;  // Producer -> first offset of its transaction.
  std::map<std::int64_t, std::int32_t> sequences_;
};

// Some of the stories are long.
TEST(CompactedLogModel, AgreesOnWhatAReaderMustSee) {
  for_each_model_seed(10'000, "CompactedLogModel.*",
                      [](std::uint64_t seed) { CompactedLogModel(seed).run(seed % 100 == 0 ? 150 : 20); });
}

}  // namespace
}  // namespace muir::storage::testing
