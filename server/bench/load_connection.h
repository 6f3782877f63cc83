#pragma once

#include <deque>
#include <memory>

#include "server/bench/lane.h"
#include "server/bench/workload.h"
#include "server/client/stream.h"

namespace muir::server {

// One connection under load, whose stream does not wait: sends the requests of its lane as the in-flight limit allows,
// reads answers. Owner: a LoadRun, whose thread alone uses it.
class LoadConnection {
 public:
  // Many connections share one of these: an answer that comes whole is judged where it was read.
  using Scratch = OwnedBytes;

  LoadConnection(Stream stream, std::unique_ptr<Lane> lane, std::int32_t in_flight_max, Scratch& scratch)
      : stream_(std::move(stream)), lane_(std::move(lane)), in_flight_max_(in_flight_max), scratch_(scratch) {}

  // What has been answered, and when it was due.
  struct Answered {
    Instant due;
    LaneProgress progress;
  };

  // Requests that are due but not sent yet, each with its time; an open loop fills this by its timetable.
  void fall_due(Instant at) { due_.push_back(at); }
  std::size_t due() const { return due_.size(); }

  // Sends what is due as far as the in-flight limit and the socket go.  `closed_loop`: something is always due.
  ClientResult<> send_due(bool closed_loop);

  // Reads what is there and hands every answer to `counted`.
  template <class F>
  ClientResult<> receive(F counted) {
    may_have_more_ = true;
    for (;;) {
      const auto frame = next_frame();
      if (!frame) return frame.error();
      if (!frame->has_value()) return {};
      const auto answered = judge(**frame);
      if (!answered) return answered.error();
      counted(*answered);
    }
  }

  bool is_idle() const { return in_flight_.empty() && unsent_.empty(); }
  bool wants_to_write() const { return !unsent_.empty(); }
  int fd() const { return stream_.fd(); }
  Lane& lane() { return *lane_; }
  std::uint64_t sent_requests() const { return sent_requests_; }

 private:
  ClientResult<> flush();
  ClientResult<std::optional<ByteView>> next_frame();
  ClientResult<bool> read_more();
  ClientResult<std::size_t> read_into(MutableByteView into);
  ClientResult<Answered> judge(ByteView frame);

  Stream stream_;
  std::unique_ptr<Lane> lane_;
  const std::int32_t in_flight_max_;
  Scratch& scratch_;
  std::deque<Instant> due_;
  std::deque<Instant> in_flight_;  // When each was due, oldest first.
  std::int32_t next_correlation_id_ = 0;
  std::int32_t oldest_correlation_id_ = 0;
  std::uint64_t sent_requests_ = 0;
  ByteView unsent_;  // Of the lane's last request.
  ByteView unread_;  // Of scratch_: empty whenever receive() has returned.
  OwnedBytes part_;  // An answer that has not come whole: the first part_size_ bytes of it.
  std::size_t part_size_ = 0;
  bool may_have_more_ = false;  // The last read filled what it was given.
};

}  // namespace muir::server
