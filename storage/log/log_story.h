#pragma once

// For tests: a Log and a LogModel to which the same random things happen.  One seed, one story.

#include <random>
#include <string>
#include <vector>

#include "storage/log/log_model.h"

namespace muir::storage::testing {

class LogStory {
 public:
  explicit LogStory(std::uint64_t seed);

  // Stops at the first disagreement, and then prints all that happened.
  void run(int steps);

 private:
  Log& log() { return *bench_.log; }
  std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }
  Offset any_offset(Offset end);
  void step();
  void note(const std::string& what);

  // Commands (log_model_commands_test.cc).
  BatchSpec random_batch();
  bool make_of_a_producer(BatchSpec& spec);
  void append();
  void end_transaction();
  void replicate();
  void remember(const OwnedBytes& bytes, const BatchSpec& spec);
  void remember_marker(const OwnedBytes& bytes, bool aborts);
  void move_high_watermark();
  void truncate();
  void start_again();
  void delete_records();
  void delete_old_segments();
  void roll();
  void chores();

  // Questions, and whether log and model agree (log_model_checks_test.cc).
  void check_read();
  bool may_begin_segment(Offset end_before, Offset base_offset) const;
  void check_time();
  void check_transactions();
  void check_aborted(Offset from, Offset upper, const std::vector<AbortedTxn>& told, bool may_tell_more);
  void check_last_stable_offset();
  void check_producers();
  void check_everything();

  // Ends and disasters (log_model_faults_test.cc).
  void restart();
  void crash();
  void fail_an_operation();
  void come_back(Offset durable);
  void forget_lost(Offset durable);

  LogBench bench_;
  std::mt19937_64 random_;
  LogModel model_;
  Epoch epoch_{0};
  bool lags_ = false;  // The high watermark does not follow at once.
  std::vector<std::string> history_;
};

}  // namespace muir::storage::testing
