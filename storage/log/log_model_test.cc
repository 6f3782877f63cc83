// A Log beside a list of batches: random appends, truncations, reads, rolls, restarts and crashes must leave both the
// same.  MUIR_SEEDS sets how many seeds are tried, MUIR_SEED runs one again.
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "storage/log/file_names.h"
#include "storage/log/test_batches.h"

namespace muir::storage {
namespace {

using testing::BatchSpec;
using testing::kTestTime;
using testing::LogBench;
using testing::make_batch;

struct ModelBatch {
  Offset base_offset, last_offset;
  OwnedBytes bytes;
  std::int64_t first_timestamp = 0;
  int records = 0;
  std::int64_t producer_id = -1;
  std::int32_t last_sequence = -1;

  std::int64_t last_timestamp() const { return first_timestamp + records - 1; }
};

class Story {
 public:
  explicit Story(std::uint64_t seed) : bench_(seed), random_(seed) {
    bench_.config.segment_bytes = 2000;
    bench_.config.index_interval_bytes = static_cast<std::int32_t>(1 + random_() % 500);
    bench_.config.retention_bytes = random_() % 2 == 0 ? -1 : 6000;
    bench_.config.retention_ms = -1;
    bench_.config.flush_messages = random_() % 4 == 0 ? 1 : 1'000'000;
    bench_.config.file_delete_delay_ms = 10;
  }

  void run(int steps) {
    bench_.open();
    for (int i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) {
      step();
      bench_.clock.advance(std::chrono::milliseconds{5});
      if (::testing::Test::HasFailure()) {
        for (const std::string& line : history_) std::cerr << line << "\n";
        return;
      }
    }
    check_everything();
  }

 private:
  Log& log() { return *bench_.log; }
  std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }
  Offset any_offset() {
    return log().log_start_offset() +
           static_cast<std::int64_t>(
               dice(static_cast<std::uint64_t>(log().log_end_offset() - log().log_start_offset()) + 1));
  }

  void step() {
    const auto choice = dice(100);
    if (choice < 45) {
      append();
    } else if (choice < 55) {
      replicate();
    } else if (choice < 75) {
      check_read();
    } else if (choice < 82) {
      check_time();
    } else if (choice < 85) {
      truncate();
    } else if (choice < 86) {
      start_again();
    } else if (choice < 88) {
      delete_records();
    } else if (choice < 91) {
      delete_old_segments();
    } else if (choice < 93) {
      note("roll");
      ASSERT_TRUE(log().roll().run_inline());
    } else if (choice < 95) {
      note("chores");
      ASSERT_TRUE(log().do_chores().run_inline());
      if (dice(2) == 0) {
        ASSERT_TRUE(log().flush().run_inline());
      }
      bench_.checkpoint();
    } else if (choice < 97) {
      restart();
    } else {
      crash();
    }
  }

  // What happened, for whoever has to find out why it failed.
  void note(const std::string& what) {
    history_.push_back(what + ": [" + std::to_string(log().log_start_offset().value) + ", " +
                       std::to_string(log().log_end_offset().value) + ") synced to " +
                       std::to_string(log().recovery_point().value));
  }

  void remember(const OwnedBytes& bytes, const BatchSpec& spec) {
    const auto view = wire::BatchView::parse(bytes).value();
    batches_.push_back({view.base_offset(), view.last_offset(), bytes, spec.timestamp, spec.records, spec.producer_id,
                        view.last_sequence()});
  }

  BatchSpec random_batch() {
    BatchSpec spec;
    spec.records = static_cast<int>(1 + dice(4));
    spec.value_bytes = dice(4) == 0 ? dice(350) : dice(60);
    spec.timestamp = kTestTime + static_cast<std::int64_t>(dice(1000));
    spec.compression = static_cast<wire::CompressionType>(dice(8) == 0 ? 3 : 0);
    return spec;
  }

  void append() {
    note("append");
    BatchSpec spec = random_batch();
    if (dice(2) == 0) {
      spec.producer_id = static_cast<std::int64_t>(dice(3));
      spec.producer_epoch = 0;
      const ProducerEntry* const known = log().producers().find(ProducerId{spec.producer_id});
      spec.base_sequence = known == nullptr ? 0 : known->last_sequence() + 1;
    }
    OwnedBytes bytes = make_batch(spec);
    const OwnedBytes sent = bytes;
    const auto info = log().append_as_leader(bytes, epoch_).run_inline();
    ASSERT_TRUE(info) << info.error();
    log().set_high_watermark(log().log_end_offset());
    remember(bytes, spec);
    ASSERT_EQ(info->first_offset, batches_.back().base_offset);
    if (spec.producer_id < 0 || dice(3) != 0) return;

    OwnedBytes again = sent;
    const auto duplicate = log().append_as_leader(again, epoch_).run_inline();
    ASSERT_TRUE(duplicate) << duplicate.error();
    EXPECT_TRUE(duplicate->is_duplicate);
    EXPECT_EQ(duplicate->first_offset, info->first_offset);
  }

  void replicate() {
    note("replicate");
    OwnedBytes all;
    const auto count = 1 + dice(3);
    Offset next = log().log_end_offset();
    for (std::uint64_t i = 0; i < count; ++i) {
      BatchSpec spec = random_batch();
      spec.value_bytes = dice(60);
      spec.base_offset = next.value + static_cast<std::int64_t>(dice(5) == 0 ? dice(7) : 0);  // As after compaction.
      spec.leader_epoch = epoch_.value;
      const OwnedBytes bytes = make_batch(spec);
      all.insert(all.end(), bytes.begin(), bytes.end());
      remember(bytes, spec);
      next = batches_.back().last_offset + 1;
    }
    const auto info = bench_.replicate(all, epoch_);
    ASSERT_TRUE(info) << info.error();
    ASSERT_EQ(log().log_end_offset(), next);
  }

  // The batches that a reader from `from` may see.
  std::vector<const ModelBatch*> from(Offset from) const {
    std::vector<const ModelBatch*> found;
    for (const ModelBatch& batch : batches_)
      if (batch.last_offset >= from) found.push_back(&batch);
    return found;
  }

  void check_read() {
    const Offset start = any_offset();
    const std::uint64_t bytes_max = dice(3) == 0 ? 1 << 20 : dice(3000);
    const Offset upper = dice(2) == 0 ? log().log_end_offset() : any_offset();
    const bool at_least_one = dice(2) == 0;
    const auto bytes = bench_.read(start, bytes_max, at_least_one, upper);
    ASSERT_TRUE(bytes) << bytes.error();

    std::size_t at = 0;
    for (const ModelBatch* batch : from(start)) {
      const bool wanted = batch->last_offset < upper && start < upper;
      const bool fits = at + batch->bytes.size() <= bytes_max || (at == 0 && at_least_one);
      const bool begins_segment =
          at > 0 && bench_.disk.exists(log().directory() + "/" + offset_file_name(batch->base_offset, kLogSuffix));
      if (at == bytes->size()) {
        EXPECT_TRUE(!wanted || !fits || begins_segment || may_begin_segment(*batch, at))
            << "the read from " << start.value << " stops early, before " << batch->base_offset.value;
        return;
      }
      ASSERT_LE(at + batch->bytes.size(), bytes->size()) << "part of a batch at " << batch->base_offset.value;
      ASSERT_TRUE(
          std::equal(batch->bytes.begin(), batch->bytes.end(), bytes->begin() + static_cast<std::ptrdiff_t>(at)))
          << "another batch than that of " << batch->base_offset.value;
      ASSERT_TRUE(wanted && fits) << "more than was asked for at " << batch->base_offset.value;
      at += batch->bytes.size();
    }
    EXPECT_EQ(at, bytes->size());
  }

  // A segment begins at the end of the one before it, which is below the batch when offsets have a gap.
  bool may_begin_segment(const ModelBatch& batch, std::size_t at) const {
    if (at == 0) return false;
    for (std::int64_t gap = 1; gap <= 8; ++gap)
      if (bench_.disk.exists("/data/t-0/" + offset_file_name(batch.base_offset + -gap, kLogSuffix))) return true;
    return false;
  }

  void check_time() {
    const std::int64_t target = kTestTime + static_cast<std::int64_t>(dice(1010));
    const auto found = log().offset_for_timestamp(target).run_inline();
    ASSERT_TRUE(found) << found.error();
    std::optional<TimestampedOffset> expected, latest;
    for (const ModelBatch* batch : from(log().log_start_offset())) {
      for (int i = 0; i < batch->records; ++i) {
        const TimestampedOffset here{batch->first_timestamp + i, batch->base_offset + i,
                                     wire::BatchView::parse(batch->bytes)->leader_epoch()};
        if (!expected && here.timestamp >= target && here.offset >= log().log_start_offset()) expected = here;
        if (!latest || here.timestamp > latest->timestamp) latest = here;
      }
    }
    EXPECT_EQ(found->has_value(), expected.has_value()) << "for time " << target;
    if (*found && expected) {
      EXPECT_EQ((*found)->offset, expected->offset) << "for time " << target;
    }
    if (*found && expected) {
      EXPECT_EQ((*found)->leader_epoch, expected->leader_epoch);
    }
    // As in Kafka, the largest timestamp may be that of a record below the log start offset.
    if (log().log_start_offset() > Offset{0}) return;
    const auto max = log().offset_of_max_timestamp().run_inline();
    ASSERT_TRUE(max) << max.error();
    EXPECT_EQ(max->has_value(), latest.has_value());
    if (*max && latest) {
      EXPECT_EQ((*max)->offset, latest->offset);
    }
  }

  void forget_from(Offset offset) {
    std::erase_if(batches_, [&](const ModelBatch& batch) { return batch.last_offset >= offset; });
  }

  void truncate() {
    note("truncate");
    const Offset target = any_offset();
    const auto truncated = log().truncate_to(target).run_inline();
    ASSERT_TRUE(truncated) << truncated.error();
    bench_.checkpoint();
    forget_from(target);
    ++epoch_.value;
    ASSERT_EQ(log().log_end_offset(), target);
    check_producers();
  }

  void start_again() {
    note("start_again");
    const Offset target = log().log_end_offset() + static_cast<std::int64_t>(dice(10));
    ASSERT_TRUE(log().truncate_fully_and_start_at(target).run_inline());
    log().set_high_watermark(target);
    bench_.checkpoint();
    batches_.clear();
    ASSERT_EQ(log().log_start_offset(), target);
  }

  void delete_records() {
    note("delete_records");
    const Offset target = any_offset();
    const auto moved = log().increment_log_start_offset(target).run_inline();
    ASSERT_TRUE(moved) << moved.error();
    bench_.checkpoint();
    ASSERT_EQ(log().log_start_offset(), target);
  }

  void delete_old_segments() {
    note("delete_old_segments");
    const std::uint64_t before = log().size_bytes();
    const auto deleted = log().delete_old_segments().run_inline();
    ASSERT_TRUE(deleted) << deleted.error();
    bench_.checkpoint();
    if (bench_.config.retention_bytes >= 0 && before > 8000) {
      EXPECT_LT(log().size_bytes(), 6000u + 2000u);
    }
    std::erase_if(batches_, [&](const ModelBatch& batch) { return batch.last_offset < log().log_start_offset(); });
  }

  void restart() {
    note("restart");
    const Offset end = log().log_end_offset();
    bench_.close();
    if (dice(2) == 0) bench_.disk.crash();  // Everything is durable: nothing may change.
    bench_.open(true);
    ASSERT_NE(bench_.log, nullptr);
    // A truncation into a batch, or an empty start, leaves no trace of the end offset but the active segment's name.
    ASSERT_LE(log().log_end_offset(), end);
    expect_end_at(log().log_end_offset());
    check_everything();
  }

  void crash() {
    note("crash");
    const Offset durable = log().recovery_point();
    if (dice(2) == 0) bench_.checkpoint();
    bench_.crash();
    bench_.open();
    ASSERT_NE(bench_.log, nullptr);
    forget_lost(durable);
    check_everything();
  }

  // What was not synced may be gone: from the end, or, as in Kafka, from the end of a segment that has successors.
  void forget_lost(Offset durable) {
    std::set<Offset> present;
    for (Offset at = log().log_start_offset(); at < log().log_end_offset();) {
      const auto bytes = bench_.read(at, 1);
      ASSERT_TRUE(bytes) << bytes.error();
      if (bytes->empty()) break;
      const auto view = wire::BatchView::parse(*bytes).value();
      present.insert(view.base_offset());
      at = view.end_offset();
    }
    std::erase_if(batches_, [&](const ModelBatch& batch) {
      const bool lost = batch.last_offset >= log().log_start_offset() && !present.contains(batch.base_offset);
      EXPECT_FALSE(lost && batch.last_offset < durable)
          << "the durable batch " << batch.base_offset.value << " is lost";
      return lost;
    });
  }

  void expect_end_at(Offset end) {
    if (!batches_.empty()) {
      EXPECT_LE(batches_.back().last_offset + 1, end);
    }
  }

  void check_everything() {
    note("check");
    const auto expected = from(log().log_start_offset());
    std::size_t index = 0;
    for (Offset at = log().log_start_offset(); at < log().log_end_offset();) {
      const auto bytes = bench_.read(at, 1);
      ASSERT_TRUE(bytes) << bytes.error();
      if (bytes->empty()) break;
      const auto view = wire::BatchView::parse(*bytes).value();
      ASSERT_LT(index, expected.size()) << "a batch too many at " << view.base_offset().value;
      ASSERT_EQ(*bytes, expected[index++]->bytes);
      at = view.end_offset();
    }
    EXPECT_EQ(index, expected.size()) << "batches are missing";
    check_producers();
  }

  void check_producers() {
    std::map<std::int64_t, const ModelBatch*> last;
    for (const ModelBatch* batch : from(log().log_start_offset())) last[batch->producer_id] = batch;
    for (const auto& [producer_id, batch] : last) {
      if (producer_id < 0 || batch->base_offset < log().log_start_offset()) continue;
      const ProducerEntry* const entry = log().producers().find(ProducerId{producer_id});
      ASSERT_NE(entry, nullptr) << "producer " << producer_id << " is forgotten";
      EXPECT_EQ(entry->last_sequence(), batch->last_sequence);
      EXPECT_EQ(entry->last_data_offset(), batch->last_offset);
    }
  }

  LogBench bench_;
  std::mt19937_64 random_;
  std::vector<ModelBatch> batches_;
  Epoch epoch_{0};
  std::vector<std::string> history_;
};

TEST(LogModel, AgreesWithAListOfBatches) {
  const char* const one = std::getenv("MUIR_SEED");
  const char* const many = std::getenv("MUIR_SEEDS");
  const std::uint64_t first = one != nullptr ? std::strtoull(one, nullptr, 10) : 0;
  const std::uint64_t count = one != nullptr ? 1 : many != nullptr ? std::strtoull(many, nullptr, 10) : 300;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    Story(seed).run(150);
    if (HasFailure()) {
      std::cerr << "again: MUIR_SEED=" << seed << " storage_log_test --gtest_filter=LogModel.*\n";
      return;
    }
  }
}

}  // namespace
}  // namespace muir::storage
