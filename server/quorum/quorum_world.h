#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/quorum/metadata_quorum.h"
#include "storage/disk/faulty_disk.h"
#include "wire/base/task_group.h"

namespace muir::server {

// For tests: a controller's machine.  A disk that can fail and forget, a clock, a quorum of one voter on them, and a
// state that lives from its log: the numbers that were appended, in order.
class QuorumWorld : public MetadataListener {
 public:
  explicit QuorumWorld(std::uint64_t seed = 0, std::int64_t record_bytes_between_snapshots = 20 << 20);
  ~QuorumWorld() override;

  // As the format tool leaves it.
  void format();
  // Opens and starts; false when the disk fails meanwhile.
  bool start();
  // An orderly stop.
  Result<void> stop();
  // The process is killed and the power fails: what was not synced may be gone.
  void crash();

  // Lets the quorum do all it can do now.
  void settle();
  // Appends `count` numbers, each one above the last ever tried; they are acknowledged once committed.
  Result<AppendedRange> append(int count = 1, bool atomic = true);
  Result<void> snapshot();

  MetadataQuorum& quorum() { return *quorum_; }
  storage::FaultyDisk& disk() { return disk_; }
  ManualClock& clock() { return clock_; }
  bool is_running() const { return quorum_ && !ended_; }
  std::optional<Error> end() const { return ended_ ? std::optional(ended_->error()) : std::nullopt; }

  const std::vector<int>& state() const { return state_; }
  const std::set<int>& acknowledged() const { return acknowledged_; }
  const std::vector<Epoch>& led() const { return led_; }  // Every epoch ever led.
  int snapshots_loaded() const { return snapshots_loaded_; }
  int resignations() const { return resignations_; }
  int withdrawals() const { return withdrawals_; }

  // Every acknowledged number is in the state, none twice, all in order.
  std::string problem() const;

  static constexpr const char* kLogDir = "/data";
  static constexpr const char* kDirectory = "/data/__cluster_metadata-0";

  void on_load_snapshot(const LoadedSnapshot& snapshot) override;
  void on_committed(const CommittedBatch& batch) override;
  void on_leader(Epoch epoch) override;
  void on_resigned(Epoch epoch) override;
  void on_withdrawn() override;

 private:
  static Task<void> run(QuorumWorld& world);
  static Task<void> acknowledge(QuorumWorld& world, AppendedRange range, std::vector<int> numbers);
  static Task<void> take_snapshot(QuorumWorld& world, Result<void>& result);
  MetadataQuorum::Params params() const;
  void take_down();

  storage::FaultyDisk disk_;
  ManualClock clock_;
  std::int64_t record_bytes_between_snapshots_;
  std::unique_ptr<MetadataQuorum> quorum_;
  TaskGroup tasks_;
  std::optional<Result<void>> ended_;
  bool woken_ = false;
  int last_number_ = 0;

  std::vector<int> state_;
  storage::OffsetAndEpoch state_id_;
  std::int64_t state_timestamp_ms_ = 0;
  std::set<int> acknowledged_;
  std::vector<Epoch> led_;
  int snapshots_loaded_ = 0;
  int resignations_ = 0;
  int withdrawals_ = 0;
};

}  // namespace muir::server
