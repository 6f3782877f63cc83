// How the log of a LogStory ends, by plan or not, and what it must have kept when it comes back.
#include <set>

#include <gtest/gtest.h>

#include "storage/log/log_story.h"

namespace muir::storage::testing {

void LogStory::restart() {
  note("restart");
  const Offset end = log().log_end_offset();
  bench_.close();
  if (dice(2) == 0) bench_.disk.crash();  // Everything is durable: nothing may change.
  bench_.open(true);
  ASSERT_NE(bench_.log, nullptr);
  // A truncation into a batch, or an empty start, leaves no trace of the end offset but the active segment's name.
  ASSERT_LE(log().log_end_offset(), end);
  check_everything();
}

void LogStory::crash() {
  note("crash");
  const Offset durable = log().recovery_point();
  if (dice(2) == 0) bench_.checkpoint();
  bench_.crash();
  come_back(durable);
}

void LogStory::come_back(Offset durable) {
  bench_.open();
  ASSERT_NE(bench_.log, nullptr);
  forget_lost(durable);
  check_everything();
}

// What was not synced may be gone: from the end, or, as in Kafka, from the end of a segment that has successors.
void LogStory::forget_lost(Offset durable) {
  std::set<Offset> present;
  for (Offset at = log().log_start_offset(); at < log().log_end_offset();) {
    const auto bytes = bench_.read(at, 1);
    ASSERT_TRUE(bytes) << bytes.error();
    if (bytes->empty()) break;
    const auto view = wire::BatchView::parse(*bytes).value();
    present.insert(view.base_offset());
    at = view.end_offset();
  }
  model_.erase_if([&](const ModelBatch& batch) {
    const bool lost = batch.last_offset >= log().log_start_offset() && !present.contains(batch.base_offset);
    EXPECT_FALSE(lost && batch.last_offset < durable) << "the durable batch " << batch.base_offset.value << " is lost";
    return lost;
  });
}

// Something is under way when the disk fails once; then the power goes too.  It may have happened, or not.
void LogStory::fail_an_operation() {
  note("fail_an_operation");
  Offset durable = log().recovery_point();
  bench_.disk.fail_operation(bench_.disk.operations() + dice(12));
  BatchSpec spec = random_batch();
  OwnedBytes bytes;
  switch (dice(5)) {
    case 0: {
      make_of_a_producer(spec);
      bytes = make_batch(spec);
      (void)log().append_as_leader(bytes, epoch_).run_inline();
      remember(bytes, spec);
      break;
    }
    case 1: {
      const bool aborts = dice(2) == 0;
      bytes = make_marker(4, 0, aborts, 0);
      (void)log().append_as_leader(bytes, epoch_, AppendOrigin::coordinator).run_inline();
      remember_marker(bytes, aborts);
      break;
    }
    case 2: {
      const Offset target = any_offset(log().log_end_offset());
      durable = std::min(durable, target);
      // Whoever truncates writes the checkpoint before anything else.
      bench_.recovery_point = std::min(bench_.recovery_point, target);
      if (log().truncate_to(target).run_inline()) model_.truncate_to(target);
      break;
    }
    case 3:
      (void)log().roll().run_inline();
      break;
    default:
      if (log().flush().run_inline()) durable = log().recovery_point();
      break;
  }
  bench_.disk.heal();
  bench_.crash();
  come_back(durable);
}

}  // namespace muir::storage::testing
