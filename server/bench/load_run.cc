#include "server/bench/load_run.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "server/bench/cpu_usage.h"
#include "server/bench/produce_lane.h"

namespace muir::server {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kScratchBytes = 256 * 1024;
constexpr int kEventsMax = 512;
constexpr std::chrono::seconds kPatience{30};  // For answers after the last request, and between any two.

nanoseconds own_cpu() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) { return time.tv_sec * 1'000'000'000 + time.tv_usec * 1'000; };
  return nanoseconds(of(usage.ru_utime) + of(usage.ru_stime));
}

// Which partitions each of `connections` serves: all of them in turn, or several connections one partition.
std::vector<std::vector<std::size_t>> share_out(std::size_t partitions, std::size_t connections) {
  std::vector<std::vector<std::size_t>> shares(connections);
  for (std::size_t i = 0; i < std::max(partitions, connections); ++i) shares[i % connections].push_back(i % partitions);
  return shares;
}

}  // namespace

struct LoadRun::Member {
  Member(LoadConnection c, bool is_scheduled, LoadCounts& counts)
      : connection(std::move(c)), is_scheduled(is_scheduled), counts(counts) {}
  LoadConnection connection;
  bool is_scheduled;
  LoadCounts& counts;
  bool is_watched_for_writing = false;
};

LoadRun::LoadRun(const Workload& workload, TargetTopic& topic, const Dialer& dialer)
    : workload_(workload),
      topic_(topic),
      dialer_(dialer),
      before_(topic),
      scratch_(kScratchBytes),
      poll_(::epoll_create1(EPOLL_CLOEXEC)),
      acknowledged_(topic.partitions.size(), 0) {}

LoadRun::~LoadRun() = default;

ClientResult<> LoadRun::watch(Member& member, bool for_writing) {
  epoll_event event{};
  event.events = for_writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &member;
  const int how = member.is_watched_for_writing == for_writing ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (::epoll_ctl(poll_.fd(), how, member.connection.fd(), &event) != 0) return client_system_error("epoll_ctl");
  member.is_watched_for_writing = for_writing;
  return {};
}

ClientResult<> LoadRun::add(const std::string& leader, std::unique_ptr<Lane> lane, std::int32_t in_flight) {
  auto client = BrokerClient::connect(leader, dialer_);
  if (!client) return client.error();
  Stream stream = std::move(*client).release();
  const auto stopped = stream.stop_waiting();
  if (!stopped) return stopped;
  const bool produces = lane->api_key() == wire::ApiKey::PRODUCE;
  const bool is_scheduled = produces || workload_.mode == Workload::Mode::fetch;
  members_.push_back(std::make_unique<Member>(LoadConnection(std::move(stream), std::move(lane), in_flight, scratch_),
                                              is_scheduled, produces ? produced_ : fetched_));
  if (is_scheduled) scheduled_members_ = members_.size();
  const auto watched = watch(*members_.back(), false);
  return watched;
}

ClientResult<> LoadRun::open_producers(std::int16_t version, BrokerClient& client) {
  std::uint64_t seed = 1;
  for (auto& share : share_out(topic_.partitions.size(), static_cast<std::size_t>(workload_.connections))) {
    ProducerIdentity producer;
    if (workload_.idempotent) {
      const auto given = init_producer_id(client);
      if (!given) return given.error();
      producer = *given;
    }
    auto frame = ProduceFrame::make(workload_, topic_, version, producer, seed++);
    if (!frame) return frame.error();
    const std::string leader = topic_.partitions[share.front()].leader;
    auto lane =
        std::make_unique<ProduceLane>(workload_, version, std::move(*frame), topic_, std::move(share), acknowledged_);
    const auto added = add(leader, std::move(lane), workload_.in_flight);
    if (!added) return added.error();
  }
  return {};
}

ClientResult<> LoadRun::open_consumers(std::int16_t version, std::int32_t count) {
  const bool follows = workload_.mode == Workload::Mode::both;
  for (auto& share : share_out(topic_.partitions.size(), static_cast<std::size_t>(count))) {
    for (const std::size_t index : share) {
      const auto& partition = topic_.partitions[index];
      if (!follows && partition.start_offset == partition.end_offset) {
        return client_error(
            fmt::format("partition {} of {} is empty: nothing to fetch", partition.id.value, topic_.name));
      }
    }
    auto frame = FetchFrame::make(workload_, topic_, version);
    if (!frame) return frame.error();
    const std::string leader = topic_.partitions[share.front()].leader;
    auto lane = std::make_unique<FetchLane>(follows ? FetchLane::Path::tail : FetchLane::Path::round, version,
                                            std::move(*frame), topic_, std::move(share));
    if (follows) tails_.push_back(lane.get());
    const auto added = add(leader, std::move(lane), 1);
    if (!added) return added.error();
  }
  return {};
}

ClientResult<> LoadRun::open(const ApiVersionTable& versions, BrokerClient& client) {
  if (poll_.fd() < 0) return client_system_error("epoll_create1");
  const auto partitions = static_cast<std::int32_t>(topic_.partitions.size());
  const bool has_one_leader = std::ranges::all_of(
      topic_.partitions, [&](const auto& partition) { return partition.leader == topic_.partitions.front().leader; });
  const std::int32_t consumers = workload_.fetch_connections > 0 && workload_.mode == Workload::Mode::both
                                     ? std::min(workload_.fetch_connections, partitions)
                                     : partitions;
  if (!has_one_leader && std::min(workload_.connections, consumers) < partitions) {
    return client_error(
        fmt::format("several brokers lead {}: take at least {} connections, one a partition", topic_.name, partitions));
  }
  const auto allowed = allow_descriptors(static_cast<std::size_t>(workload_.connections + consumers));
  if (!allowed) return allowed;
  if (workload_.produces()) {
    const auto opened = open_producers(versions.of(wire::ApiKey::PRODUCE), client);
    if (!opened) return opened;
  }
  if (!workload_.fetches()) return {};
  const std::int32_t count = workload_.mode == Workload::Mode::both ? consumers : workload_.connections;
  const auto opened = open_consumers(versions.of(wire::ApiKey::FETCH), count);
  return opened;
}

// Every request of the timetable that is due by now goes to its connection, whether that can send it or not.
void LoadRun::call_by_timetable(Instant now) {
  const double seconds = std::chrono::duration<double>(now - first_due_).count();
  const auto due = static_cast<std::int64_t>(seconds * static_cast<double>(workload_.rate)) + 1;
  for (; called_ < due; ++called_) {
    const auto after = nanoseconds(
        static_cast<std::int64_t>(1e9 * static_cast<double>(called_) / static_cast<double>(workload_.rate)));
    members_[static_cast<std::size_t>(called_) % scheduled_members_]->connection.fall_due(first_due_ + after);
  }
}

void LoadRun::count(const Member& member, const LoadConnection::Answered& answered) {
  const Instant now = system_clock().now();
  if (member.is_scheduled) records_seen_ += answered.progress.records;
  if (answered.due < window_begin_ || answered.due >= window_end_) return;
  LoadCounts& counts = member.counts;
  ++counts.requests;
  counts.records += answered.progress.records;
  counts.bytes += static_cast<std::int64_t>(answered.progress.bytes);
  const nanoseconds latency = answered.progress.latency.value_or(now - answered.due);
  if (latency.count() >= 0) counts.latency.record(latency);
  last_counted_ = now;
}

ClientResult<> LoadRun::serve(Member& member, bool is_draining) {
  const auto received =
      member.connection.receive([&](const LoadConnection::Answered& answered) { count(member, answered); });
  if (!received) return received.error();
  const bool by_timetable = member.is_scheduled && workload_.is_open_loop();
  const auto sent = member.connection.send_due(!by_timetable || is_draining);
  if (!sent) return sent.error();
  if (member.connection.wants_to_write() == member.is_watched_for_writing) return {};
  const auto watched = watch(member, member.connection.wants_to_write());
  return watched;
}

ClientResult<> LoadRun::turn(Instant wait_until, bool is_draining) {
  const Instant now = system_clock().now();
  if (workload_.is_open_loop() && !is_draining) {
    const std::int64_t before = called_;
    call_by_timetable(now);
    for (std::int64_t i = before; i < std::min(called_, before + static_cast<std::int64_t>(scheduled_members_)); ++i) {
      const auto served = serve(*members_[static_cast<std::size_t>(i) % scheduled_members_], is_draining);
      if (!served) return served;
    }
    const auto next = nanoseconds(
        static_cast<std::int64_t>(1e9 * static_cast<double>(called_) / static_cast<double>(workload_.rate)));
    wait_until = std::min(wait_until, first_due_ + next);
  }
  const nanoseconds left = std::max<nanoseconds>(wait_until - system_clock().now(), nanoseconds(0));
  const timespec timeout{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
  std::array<epoll_event, kEventsMax> events;
  const int count = ::epoll_pwait2(poll_.fd(), events.data(), kEventsMax, &timeout, nullptr);
  if (count < 0 && errno != EINTR) return client_system_error("epoll_pwait2");
  for (int i = 0; i < count; ++i) {
    const auto served = serve(*static_cast<Member*>(events[static_cast<std::size_t>(i)].data.ptr), is_draining);
    if (!served) return served;
  }
  return {};
}

bool LoadRun::has_enough() const { return workload_.records > 0 && records_seen_ >= workload_.records; }

// Turns until the time has come, or until all records have been counted.
ClientResult<> LoadRun::go(Instant until) {
  while (system_clock().now() < until && !has_enough()) {
    const auto turned = turn(until, false);
    if (!turned) return turned;
  }
  return {};
}

ClientResult<> LoadRun::drain() {
  const auto scheduled = drain(std::span(members_).first(scheduled_members_));
  if (!scheduled) return scheduled;
  // Only now is the end of the log known that the others have to reach.
  const auto others = drain(std::span(members_).subspan(scheduled_members_));
  return others;
}

ClientResult<> LoadRun::drain(std::span<const std::unique_ptr<Member>> members) {
  for (const auto& member : members) member->connection.lane().begin_drain();
  const auto are_idle = [&] {
    return std::ranges::all_of(members, [](const auto& one) { return one->connection.is_idle(); });
  };
  for (const Instant until = system_clock().now() + kPatience; !are_idle();) {
    const auto turned = turn(until, true);
    if (!turned) return turned;
    if (system_clock().now() >= until) {
      return client_error(fmt::format("requests were not answered within {} s", kPatience.count()));
    }
  }
  return {};
}

// From here on each answer brings the next request.
ClientResult<> LoadRun::start_closed_loops() {
  for (const auto& member : members_) {
    if (member->is_scheduled && workload_.is_open_loop()) continue;
    const auto served = serve(*member, false);
    if (!served) return served;
  }
  return {};
}

ClientResult<> LoadRun::measure(LoadReport& report) {
  nanoseconds cpu_before{0};
  if (!workload_.cpu_of.empty()) {
    const auto cpu = read_cpu_usage(workload_.cpu_of);
    if (!cpu) return cpu.error();
    cpu_before = *cpu;
  }
  const nanoseconds own_before = own_cpu();
  window_begin_ = last_counted_ = system_clock().now();
  window_end_ = window_begin_ + workload_.duration;
  const auto started = start_closed_loops();
  if (!started) return started;
  const auto ran = go(window_end_);
  if (!ran) return ran;
  window_end_ = std::min(window_end_, system_clock().now());
  for (std::size_t i = 0; i < scheduled_members_; ++i) {
    report.unsent += static_cast<std::int64_t>(members_[i]->connection.due());
  }
  const auto drained = drain();
  if (!drained) return drained;
  report.elapsed = last_counted_ - window_begin_;
  report.own_cpu = own_cpu() - own_before;
  if (!workload_.cpu_of.empty()) {
    const auto cpu = read_cpu_usage(workload_.cpu_of);
    if (!cpu) return cpu.error();
    report.broker_cpu = *cpu - cpu_before;
  }
  return {};
}

// The log itself must agree with what was acknowledged, and with what was read.
ClientResult<> LoadRun::verify(LoadReport& report) {
  const auto read = read_offsets(topic_, dialer_);
  if (!read) return read.error();
  for (std::size_t i = 0; i < topic_.partitions.size(); ++i) {
    const std::int64_t grew = topic_.partitions[i].end_offset - before_.partitions[i].end_offset;
    report.acknowledged += acknowledged_[i];
    report.log_grew += grew;
    if (grew >= acknowledged_[i]) continue;
    return client_error(fmt::format("partition {}: {} records were acknowledged, and the log grew by {}",
                                    topic_.partitions[i].id.value, acknowledged_[i], grew));
  }
  for (const FetchLane* tail : tails_) {
    for (const auto& partition : tail->partitions()) {
      const Offset end = topic_.partitions[partition.index].end_offset;
      if (partition.next == end) continue;
      return client_error(fmt::format("partition {}: read up to offset {}, and the log ends at {}", partition.id.value,
                                      partition.next.value, end.value));
    }
  }
  return {};
}

ClientResult<LoadReport> LoadRun::run(const ApiVersionTable& versions, BrokerClient& client) {
  const auto opened = open(versions, client);
  if (!opened) return opened.error();
  first_due_ = system_clock().now();
  window_begin_ = window_end_ = Instant::max();
  if (workload_.warmup.count() > 0) {
    const auto started = start_closed_loops();
    if (!started) return started.error();
    const auto warm = go(first_due_ + workload_.warmup);
    if (!warm) return warm.error();
  }
  LoadReport report;
  const auto measured = measure(report);
  if (!measured) return measured.error();
  const auto verified = verify(report);
  if (!verified) return verified.error();
  report.produced = std::move(produced_);
  report.fetched = std::move(fetched_);
  return report;
}

}  // namespace muir::server
