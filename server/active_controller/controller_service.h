#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/controller/controller.h"
#include "server/quorum/errc.h"
#include "server/quorum/metadata_listener.h"
#include "server/quorum/metadata_quorum.h"
#include "server/runtime/shard.h"
#include "wire/base/result.h"
#include "wire/base/task.h"

namespace muir::server {

// A decision that is in the log for good.
template <class Response>
struct Committed {
  Decision<Response> decision;
  std::optional<Offset> end;  // Of its records in the metadata log, exclusive; none if it had none.
};

// The controller at work: brings the decisions of the Controller together with the log of the MetadataQuorum.
// decide -> append -> apply at once -> wait until committed -> answer.
// Owner: the controller's shard; submit() may be called from any.
class ControllerService final : public MetadataListener {
 public:
  struct Settings {
    std::vector<OwnedBytes> bootstrap;                 // What an empty log begins with: bootstrap.checkpoint's records.
    std::chrono::milliseconds no_op_interval{500};     // metadata.max.idle.interval.ms; zero: none.
    std::chrono::milliseconds fence_interval{1125};    // An eighth of broker.session.timeout.ms.
    std::chrono::milliseconds balance_interval{};      // leader.imbalance.check.interval.seconds; zero: never.
    std::chrono::milliseconds unclean_interval{};      // unclean.leader.election.interval.ms; zero: never.
    std::chrono::milliseconds token_sweep_interval{};  // delegation.token.expiry.check.interval.ms; zero: never.
  };

  // All three outlive it.
  ControllerService(Shard& shard, MetadataQuorum& quorum, Controller& controller, Settings settings);

  template <class Request, class Response>
  using Decide = Decision<Response> (Controller::*)(const ControllerRequest&, const Request&);

  // Decides about `request` and answers when everything that the decision rests on is committed.  Fails with
  // QuorumErrc::not_leader when this node is not the active controller, or was deposed before the commit.
  // `request` and `permissions` outlive the call, and the frame of `request` what is returned.
  template <class Request, class Response>
  Task<Result<Committed<Response>>> submit(Decide<Request, Response> decide, const Request& request,
                                           ControllerRequest surroundings) {
    co_return co_await call(shard_, [this, decide, &request, surroundings] {
      return decide_at_home<Request, Response>(decide, request, surroundings);
    });
  }

  // What DescribeQuorum answers.
  Task<QuorumDescription> describe_quorum();

  // Consensus' timers and the controller's housekeeping, until the shard stops.  One task on the controller's shard.
  Task<void> keep_house();

  // Ends keep_house().
  void stop();

  bool is_active() const { return epoch_.has_value(); }
  Offset applied_end() const { return applied_end_; }

  // Ends when this node has become the active controller, or stop() was called.
  Task<void> until_active();

  void on_load_snapshot(const LoadedSnapshot& snapshot) override;
  void on_committed(const CommittedBatch& batch) override;
  void on_leader(Epoch epoch) override;
  void on_resigned(Epoch epoch) override;
  void on_withdrawn() override;

 private:
  // Lets the quorum go on at the end of a turn: what was appended within it is written by one write and one sync.
  class PollQuorum final : public TurnEnd {
   public:
    explicit PollQuorum(MetadataQuorum& quorum) : quorum_(quorum) {}
    void turn_ended() override { quorum_.poll(); }

   private:
    MetadataQuorum& quorum_;
  };
  struct Due {
    std::chrono::milliseconds interval;
    Housekeeping (*chore)(ControllerService&);
    Instant at;
  };

  template <class Request, class Response>
  Task<Result<Committed<Response>>> decide_at_home(Decide<Request, Response> decide, const Request& request,
                                                   ControllerRequest surroundings) {
    while (is_active() && controller_.is_full()) co_await commit_up_to(applied_end_);
    if (!is_active()) co_return QuorumErrc::not_leader;
    surroundings.now = shard_.clock().now();
    surroundings.wall_ms = shard_.clock().wall_ms();
    surroundings.next_offset = quorum_.log_end_offset();
    Committed<Response> result{(controller_.*decide)(surroundings, request), std::nullopt};
    Decision<Response>& decision = result.decision;
    if (!decision.records.empty()) {
      const auto appended = append(std::exchange(decision.records, {}), decision.is_atomic);
      if (!appended) co_return appended.error();
      result.end = applied_end_;
    }
    // Without records it was a read, but of a state that may not be committed yet.
    const auto committed = co_await commit_up_to(applied_end_);
    if (!committed) co_return committed.error();
    co_return std::move(result);
  }

  ControllerRequest surroundings() const;
  Result<void> append(std::vector<OwnedBytes> records, bool is_atomic);
  Task<Result<void>> commit_up_to(Offset end) { return quorum_.committed(end); }
  Task<QuorumDescription> describe_at_home();
  void apply(std::span<const ByteView> frames, Offset base_offset);
  void do_due_chores(Instant now);
  Task<void> write_snapshot_if_due();

  Shard& shard_;
  MetadataQuorum& quorum_;
  Controller& controller_;
  Settings settings_;
  std::optional<Epoch> epoch_;  // That this node leads.
  Offset applied_end_{0};       // Everything below has been applied.
  storage::OffsetAndEpoch committed_end_;
  std::int64_t committed_timestamp_ms_ = 0;
  PollQuorum poll_quorum_;
  std::vector<Due> chores_;
  Instant next_snapshot_at_{};
  Sleep* sleeping_ = nullptr;
  bool is_stopping_ = false;
  std::vector<Completion<bool>*> waiting_until_active_;
};

}  // namespace muir::server
