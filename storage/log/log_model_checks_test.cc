// What a LogStory asks its log, beside what the model answers.
#include <gtest/gtest.h>

#include "storage/log/file_names.h"
#include "storage/log/log_story.h"

namespace muir::storage::testing {

// A read may end where a segment does.  A segment begins between two batches, or where the log was when it was cut.
bool LogStory::may_begin_segment(Offset end_before, Offset base_offset) const {
  for (Offset at = end_before; at <= base_offset; ++at.value)
    if (bench_.disk.exists("/data/t-0/" + offset_file_name(at, kLogSuffix))) return true;
  return false;
}

void LogStory::check_read() {
  const Offset start = any_offset(log().log_end_offset());
  const std::uint64_t bytes_max = dice(3) == 0 ? 1 << 20 : dice(3000);
  const Offset upper = dice(2) == 0 ? log().log_end_offset() : any_offset(log().log_end_offset());
  const bool at_least_one = dice(2) == 0;
  const auto bytes = bench_.read(start, bytes_max, at_least_one, upper);
  ASSERT_TRUE(bytes) << bytes.error();

  std::size_t at = 0;
  Offset end_before = start;
  for (const ModelBatch* batch : model_.from(start)) {
    const bool wanted = batch->last_offset < upper && start < upper;
    const bool fits = at + batch->bytes.size() <= bytes_max || (at == 0 && at_least_one);
    if (at == bytes->size()) {
      EXPECT_TRUE(!wanted || !fits || (at > 0 && may_begin_segment(end_before, batch->base_offset)))
          << "the read from " << start.value << " stops early, before " << batch->base_offset.value;
      return;
    }
    ASSERT_LE(at + batch->bytes.size(), bytes->size()) << "part of a batch at " << batch->base_offset.value;
    ASSERT_TRUE(std::equal(batch->bytes.begin(), batch->bytes.end(), bytes->begin() + static_cast<std::ptrdiff_t>(at)))
        << "another batch than that of " << batch->base_offset.value;
    ASSERT_TRUE(wanted && fits) << "more than was asked for at " << batch->base_offset.value;
    at += batch->bytes.size();
    end_before = batch->last_offset + 1;
  }
  EXPECT_EQ(at, bytes->size());
}

void LogStory::check_time() {
  const std::int64_t target = kTestTime + static_cast<std::int64_t>(dice(1010));
  const auto found = log().offset_for_timestamp(target).run_inline();
  ASSERT_TRUE(found) << found.error();
  EXPECT_EQ(*found, model_.offset_for_timestamp(target, log().log_start_offset())) << "for time " << target;
  // As in Kafka, the largest timestamp may be that of a record below the log start offset.
  if (log().log_start_offset() > Offset{0}) return;
  const auto max = log().offset_of_max_timestamp().run_inline();
  ASSERT_TRUE(max) << max.error();
  EXPECT_EQ(*max, model_.offset_of_max_timestamp());
}

void LogStory::check_transactions() {
  note("check_transactions");
  const Offset from = any_offset(log().log_end_offset());
  const Offset upper = from + static_cast<std::int64_t>(dice(60));
  const auto all = log().aborted_transactions(from, upper).run_inline();
  ASSERT_TRUE(all) << all.error();
  check_aborted(from, upper, *all, false);
  check_last_stable_offset();

  const auto slice = log().read(from, 1 + dice(2000), true, log().last_stable_offset()).get();
  ASSERT_TRUE(slice) << slice.error();
  const auto told = log().aborted_transactions_in(*slice, from).get();
  ASSERT_TRUE(told) << told.error();
  if (slice->bytes.size_bytes == 0) return;
  OwnedBytes bytes(slice->bytes.size_bytes);
  ASSERT_TRUE(slice->bytes.file->read(slice->bytes.position, bytes).get());
  Offset end = from;
  wire::BatchWalker walker(bytes);
  for (auto step = walker.next(); step && *step; step = walker.next())
    end = wire::BatchView::parse((*step)->bytes)->end_offset();
  check_aborted(from, end, *told, true);
}

// All that reach into [from, upper), and none that is not true.  Of a transaction that began below the log start offset
// a crash may have made the log forget where.
void LogStory::check_aborted(Offset from, Offset upper, const std::vector<AbortedTxn>& told, bool may_tell_more) {
  // A marker below the log start offset that a crash has taken, which the model cannot see, left its transaction open.
  std::size_t matched = 0, doubtful = 0;
  for (const AbortedTxn& aborted : told) doubtful += aborted.first_offset < log().log_start_offset();
  for (const ModelTxn& txn : model_.transactions()) {
    if (!txn.is_aborted || txn.marker < from) continue;
    const auto same = std::find_if(told.begin(), told.end(), [&](const AbortedTxn& aborted) {
      return aborted.last_offset == txn.marker && aborted.producer_id.value == txn.producer_id;
    });
    const bool is_told = same != told.end();
    matched += is_told;
    if (txn.first_offset < log().log_start_offset()) continue;
    if (txn.first_offset < upper) {
      EXPECT_TRUE(is_told) << "the transaction at " << txn.first_offset.value << " in [" << from.value << ", "
                           << upper.value << ")";
    } else {
      EXPECT_TRUE(!is_told || may_tell_more) << "the transaction at " << txn.first_offset.value << " lies outside";
    }
    if (is_told && same->first_offset >= log().log_start_offset()) {
      EXPECT_EQ(same->first_offset, txn.first_offset);
    }
  }
  EXPECT_LE(matched, told.size());
  EXPECT_GE(matched + doubtful, told.size()) << "a transaction that never was";
}

void LogStory::check_last_stable_offset() {
  for (const ModelTxn& txn : model_.transactions())
    if (txn.first_offset < log().log_start_offset() &&
        (txn.marker == kNoOffset || txn.marker >= log().high_watermark()))
      return;  // After a crash the log may not know of it.
  const Offset start = log().log_start_offset(), high_watermark = log().high_watermark();
  // A producer snapshot does not say which markers were not replicated: as in Kafka, a log that is loaded from one
  // after a truncation takes all markers before it for replicated, and those that it replays not.
  for (const ModelTxn& txn : model_.transactions())
    if (txn.marker != kNoOffset &&
        log().last_stable_offset() == model_.last_stable_offset(start, high_watermark, txn.marker + 1))
      return;
  EXPECT_EQ(log().last_stable_offset(), model_.last_stable_offset(start, high_watermark));
}

void LogStory::check_producers() {
  std::map<std::int64_t, const ModelBatch*> last;
  for (const ModelBatch* batch : model_.from(log().log_start_offset()))
    if (!batch->aborts) last[batch->producer_id] = batch;
  for (const auto& [producer_id, batch] : last) {
    if (producer_id < 0 || batch->base_offset < log().log_start_offset()) continue;
    const ProducerEntry* const entry = log().producers().find(ProducerId{producer_id});
    ASSERT_NE(entry, nullptr) << "producer " << producer_id << " is forgotten";
    EXPECT_EQ(entry->last_sequence(), batch->last_sequence);
    EXPECT_EQ(entry->last_data_offset(), batch->last_offset);
  }
}

void LogStory::check_everything() {
  note("check");
  const auto expected = model_.from(log().log_start_offset());
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
  check_transactions();
}

}  // namespace muir::storage::testing
