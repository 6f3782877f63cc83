#pragma once

#include <memory>
#include <span>
#include <vector>

#include "server/bench/fetch_lane.h"
#include "server/bench/load_connection.h"
#include "server/bench/load_counts.h"
#include "server/bench/target_topic.h"
#include "server/bench/workload.h"

namespace muir::server {

// One load test: all connections on the calling thread, from the first request to the last answer.
class LoadRun {
 public:
  // `topic`: with its offsets of this moment.  All three outlive the run.
  LoadRun(const Workload& workload, TargetTopic& topic, const Dialer& dialer);
  ~LoadRun();

  // Opens the connections, then warms up, measures, and waits for what is on its way.  Fails with the first answer that
  // is not right.
  ClientResult<LoadReport> run(const ApiVersionTable& versions, BrokerClient& client);

 private:
  struct Member;

  ClientResult<> open(const ApiVersionTable& versions, BrokerClient& client);
  ClientResult<> open_producers(std::int16_t version, BrokerClient& client);
  ClientResult<> open_consumers(std::int16_t version, std::int32_t count);
  ClientResult<> add(const std::string& leader, std::unique_ptr<Lane> lane, std::int32_t in_flight);
  ClientResult<> go(Instant until);
  ClientResult<> turn(Instant wait_until, bool is_draining);
  ClientResult<> serve(Member& member, bool is_draining);
  ClientResult<> start_closed_loops();
  ClientResult<> measure(LoadReport& report);
  ClientResult<> drain();
  ClientResult<> drain(std::span<const std::unique_ptr<Member>> members);
  ClientResult<> verify(LoadReport& report);
  void call_by_timetable(Instant now);
  void count(const Member& member, const LoadConnection::Answered& answered);
  ClientResult<> watch(Member& member, bool for_writing);
  bool has_enough() const;

  const Workload& workload_;
  TargetTopic& topic_;
  const Dialer& dialer_;
  TargetTopic before_;
  LoadConnection::Scratch scratch_;
  Socket poll_;
  std::vector<std::unique_ptr<Member>> members_;
  std::size_t scheduled_members_ = 0;  // The first so many follow the timetable, or the closed loop.
  std::vector<std::int64_t> acknowledged_;
  std::vector<const FetchLane*> tails_;

  Instant first_due_;        // Of the timetable.
  std::int64_t called_ = 0;  // Requests of the timetable that have fallen due.
  Instant window_begin_;
  Instant window_end_;
  Instant last_counted_;
  LoadCounts produced_;
  LoadCounts fetched_;
  std::int64_t records_seen_ = 0;  // Since the first request.
};

}  // namespace muir::server
