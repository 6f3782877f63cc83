// What happens to the log of a LogStory, and is told to its model.
#include <gtest/gtest.h>

#include "storage/log/log_story.h"

namespace muir::storage::testing {
namespace {

constexpr std::int64_t kIdempotentProducers = 3;     // Ids from 0 on.
constexpr std::int64_t kTransactionalProducers = 3;  // Ids behind them.

}  // namespace

BatchSpec LogStory::random_batch() {
  BatchSpec spec;
  spec.records = static_cast<int>(1 + dice(4));
  spec.value_bytes = dice(4) == 0 ? dice(150) : dice(60);
  spec.timestamp = kTestTime + static_cast<std::int64_t>(dice(1000));
  spec.compression = static_cast<wire::CompressionType>(dice(8) == 0 ? 3 : 0);
  return spec;
}

// Gives a batch a producer and the sequence number that is its turn.
bool LogStory::make_of_a_producer(BatchSpec& spec) {
  if (dice(3) == 0) return false;
  spec.producer_id = static_cast<std::int64_t>(dice(kIdempotentProducers + kTransactionalProducers));
  spec.is_transactional = spec.producer_id >= kIdempotentProducers;
  spec.producer_epoch = 0;
  const ProducerEntry* const known = log().producers().find(ProducerId{spec.producer_id});
  spec.base_sequence = known == nullptr || known->is_empty() ? 0 : known->last_sequence() + 1;
  return true;
}

void LogStory::remember(const OwnedBytes& bytes, const BatchSpec& spec) {
  const auto view = wire::BatchView::parse(bytes).value();
  model_.add({view.base_offset(), view.last_offset(), bytes, spec.timestamp, spec.records, spec.producer_id,
              view.last_sequence(), spec.is_transactional, std::nullopt});
}

void LogStory::remember_marker(const OwnedBytes& bytes, bool aborts) {
  const auto view = wire::BatchView::parse(bytes).value();
  model_.add({view.base_offset(), view.last_offset(), bytes, kTestTime, 1, view.producer_id().value, -1, true, aborts});
}

void LogStory::append() {
  note("append");
  BatchSpec spec = random_batch();
  const bool has_producer = make_of_a_producer(spec);
  OwnedBytes bytes = make_batch(spec);
  const OwnedBytes sent = bytes;
  const auto info = log().append_as_leader(bytes, epoch_).run_inline();
  ASSERT_TRUE(info) << info.error();
  if (!lags_) log().set_high_watermark(log().log_end_offset());
  remember(bytes, spec);
  ASSERT_EQ(info->first_offset, model_.batches().back().base_offset);
  if (!has_producer || dice(3) != 0) return;

  OwnedBytes again = sent;
  const auto duplicate = log().append_as_leader(again, epoch_).run_inline();
  ASSERT_TRUE(duplicate) << duplicate.error();
  EXPECT_TRUE(duplicate->is_duplicate);
  EXPECT_EQ(duplicate->first_offset, info->first_offset);
}

// Of a producer that may have no transaction: such a marker changes nothing.
void LogStory::end_transaction() {
  note("end_transaction");
  const bool aborts = dice(2) == 0;
  const auto producer_id = kIdempotentProducers + static_cast<std::int64_t>(dice(kTransactionalProducers));
  OwnedBytes bytes = make_marker(producer_id, 0, aborts, 0);
  const auto info = log().append_as_leader(bytes, epoch_, AppendOrigin::coordinator).run_inline();
  ASSERT_TRUE(info) << info.error();
  if (!lags_) log().set_high_watermark(log().log_end_offset());
  remember_marker(bytes, aborts);
}

void LogStory::replicate() {
  note("replicate");
  OwnedBytes all;
  const auto count = 1 + dice(3);
  Offset next = log().log_end_offset();
  for (std::uint64_t i = 0; i < count; ++i) {
    OwnedBytes bytes;
    BatchSpec spec;
    std::optional<bool> aborts;
    if (dice(4) == 0) {
      aborts = dice(2) == 0;
      const auto producer_id = kIdempotentProducers + static_cast<std::int64_t>(dice(kTransactionalProducers));
      bytes = make_marker(producer_id, 0, *aborts, next.value);
    } else {
      spec = random_batch();
      spec.value_bytes = dice(60);
      spec.base_offset = next.value + static_cast<std::int64_t>(dice(5) == 0 ? dice(7) : 0);  // As after compaction.
      spec.leader_epoch = epoch_.value;
      bytes = make_batch(spec);
    }
    const bool fits = all.size() + bytes.size() <= static_cast<std::size_t>(bench_.config.segment_bytes);
    if (!fits && !all.empty()) break;  // More than a segment is refused.
    if (aborts) {
      remember_marker(bytes, *aborts);
    } else {
      remember(bytes, spec);
    }
    all.insert(all.end(), bytes.begin(), bytes.end());
    next = model_.batches().back().last_offset + 1;
  }
  const auto info = log().append_as_follower(all, Epoch{epoch_.value + 100}).run_inline();
  ASSERT_TRUE(info) << info.error();
  if (!lags_) log().set_high_watermark(log().log_end_offset());
  ASSERT_EQ(log().log_end_offset(), next);
}

void LogStory::move_high_watermark() {
  note("move_high_watermark");
  log().set_high_watermark(std::max(log().high_watermark(), any_offset(log().log_end_offset())));
}

void LogStory::truncate() {
  note("truncate");
  const Offset target = any_offset(log().log_end_offset());
  const auto truncated = log().truncate_to(target).run_inline();
  ASSERT_TRUE(truncated) << truncated.error();
  bench_.checkpoint();
  model_.truncate_to(target);
  ++epoch_.value;
  ASSERT_EQ(log().log_end_offset(), target);
  check_producers();
}

void LogStory::start_again() {
  note("start_again");
  const Offset target = log().log_end_offset() + static_cast<std::int64_t>(dice(10));
  ASSERT_TRUE(log().truncate_fully_and_start_at(target).run_inline());
  log().set_high_watermark(target);
  bench_.checkpoint();
  model_.clear();
  ASSERT_EQ(log().log_start_offset(), target);
}

void LogStory::delete_records() {
  note("delete_records");
  const Offset target = any_offset(log().high_watermark());
  const auto moved = log().increment_log_start_offset(target).run_inline();
  ASSERT_TRUE(moved) << moved.error();
  bench_.checkpoint();
  ASSERT_EQ(log().log_start_offset(), target);
}

void LogStory::delete_old_segments() {
  note("delete_old_segments");
  const std::uint64_t before = log().size_bytes();
  const auto deleted = log().delete_old_segments().run_inline();
  ASSERT_TRUE(deleted) << deleted.error();
  bench_.checkpoint();
  ASSERT_LE(log().log_start_offset(), log().high_watermark());
  if (bench_.config.retention_bytes < 0 || lags_ || before <= 9000) return;
  EXPECT_LT(log().size_bytes(), static_cast<std::uint64_t>(6000 + bench_.config.segment_bytes));
}

void LogStory::roll() {
  note("roll");
  ASSERT_TRUE(log().roll().run_inline());
}

void LogStory::chores() {
  note("chores");
  ASSERT_TRUE(log().do_chores().run_inline());
  if (dice(2) == 0) {
    ASSERT_TRUE(log().flush().run_inline());
  }
  bench_.checkpoint();
}

}  // namespace muir::storage::testing
