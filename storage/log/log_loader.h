#pragma once

#include <vector>

#include "storage/log/log.h"

namespace muir::storage {

// Fills a Log from its directory: Kafka's LogLoader.  Runs once, blocking, before the Log has an owner.
class LogLoader {
 public:
  LogLoader(Log& log, const LogOpenParams& params) : log_(log), params_(params) {
    recovered_producers_.clear(kNoOffset);
  }

  Result<void> load();

 private:
  Result<void> prepare_directory();
  Result<void> check_topic_id();
  Result<void> list_files();
  Result<void> remove_temporary_files();
  template <class Condition>
  Result<void> remove_files(Condition is_to_go);
  Result<void> finish_swaps();
  Result<Offset> next_offset_of_swap(const std::string& name);
  Result<void> load_epochs();
  Result<void> load_segments();
  Result<void> load_segment(const std::string& name);
  Result<void> recover_unflushed_segments();
  Result<void> forget_what_was_lost_before(std::size_t index);
  Result<void> load_producers_before(Offset base_offset);
  Result<void> recover(const std::shared_ptr<Segment>& segment, std::uint32_t* cut_bytes);
  void mended(std::string_view what);
  Result<void> remove_segments_from(std::size_t index);
  Result<void> drop_unused_segment();
  Result<void> rebuild_epochs();
  Result<void> make_end_consistent();
  Result<void> find_end();
  Result<void> begin_segment(Offset base_offset);
  Result<void> make_epochs_consistent(Offset log_start_offset);
  Result<void> store_rebuilt_indexes();
  Result<void> load_producers();
  Result<void> sync_removals();
  bool has_file(const std::string& name) const;

  Log& log_;
  const LogOpenParams& params_;
  std::vector<std::string> names_;  // Of the directory, sorted.
  std::vector<EpochEntry> stored_epochs_;
  bool has_recovered_ = false;         // A segment: then the files are not all as a clean stop left them.
  ProducerState recovered_producers_;  // Of the batches below its end offset, while segments are recovered.
  bool epochs_are_damaged_ = false;
  std::vector<std::shared_ptr<Segment>> rebuilt_;
  bool has_removed_segments_ = false;
  bool is_new_ = false;  // The directory was not there.
  bool begins_ = false;  // There was no segment.
};

}  // namespace muir::storage
