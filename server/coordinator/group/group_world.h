#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/coordinator/group/group_machine.h"
#include "wire/base/check.h"

namespace muir::server {

// What somebody was told: nothing while they wait.  Tests see here if they are told twice.
template <class Result>
struct Told {
  std::optional<Result> result;
  int times = 0;

  bool is_waiting() const { return times == 0; }
  const Result& operator*() const { return *result; }
  const Result* operator->() const { return &*result; }
};

template <class Result>
using ToldPtr = std::shared_ptr<Told<Result>>;

// A group coordinator for tests: its log is a vector, its clock moves when a test says so, and the log fails, or takes
// its time, when a test wants it to.  What the shell round the machine does, without a shell.
class GroupWorld {
 public:
  using ErrorCode = wire::ErrorCode;

  struct Entry {
    ProducerId producer = kNoProducerId;
    CoordinatorRecord record;
    std::optional<bool> commits;  // Of a marker: whether the producer's transaction has come to pass.
  };

  explicit GroupWorld(GroupSettings with = {}) : settings(with) { start(); }

  // A coordinator that has read the log, as after a restart or elsewhere.
  void start() {
    machine_ = std::make_unique<GroupMachine>(settings, [this] { return Uuid::from_halves(0, ++ids_); });
    for (std::size_t i = 0; i < log.size(); ++i) replay(i, false);
    run([this](Moment at, Effects& effects) { machine_->loaded(at, effects); });
  }

  void unload() {
    run([this](Moment at, Effects& effects) {
      static_cast<void>(at);
      machine_->unloaded(effects);
    });
  }

  GroupMachine& machine() { return *machine_; }
  ClassicGroups& groups() { return machine_->groups(); }
  const ClassicGroup& group() { return *groups().find(kGroup); }
  Moment now() const { return now_; }

  // Lets the machine decide, and does what it wants done.
  void run(const std::function<void(Moment, Effects&)>& decide) {
    Effects effects;
    decide(now_, effects);
    settle(std::move(effects));
  }

  // Time passes: everything that is due meanwhile happens, each at its time.
  void advance(Milliseconds by) {
    const Instant end = now_.instant + by;
    for (auto due = machine_->next_deadline(); due && *due <= end; due = machine_->next_deadline()) {
      if (*due > now_.instant) move_to(*due);
      run([this](Moment at, Effects& effects) { machine_->tick(at, effects); });
    }
    move_to(end);
  }

  ToldPtr<JoinResult> join(JoinCommand command) {
    auto told = std::make_shared<Told<JoinResult>>();
    run([&](Moment at, Effects& effects) { groups().join(std::move(command), reply_to(told), at, effects); });
    return told;
  }

  ToldPtr<SyncResult> sync(SyncCommand command) {
    auto told = std::make_shared<Told<SyncResult>>();
    run([&](Moment at, Effects& effects) {
      static_cast<void>(at);
      groups().sync(std::move(command), reply_to(told), effects);
    });
    return told;
  }

  std::optional<std::vector<ErrorCode>> leave(const std::vector<MemberIdentity>& members) {
    std::optional<std::vector<ErrorCode>> codes;
    run([&](Moment at, Effects& effects) { codes = groups().leave(kGroup, members, at, effects); });
    return codes;
  }

  ErrorCode heartbeat(const std::string& member, std::int32_t generation,
                      std::optional<std::string_view> instance = std::nullopt) {
    return groups().heartbeat(kGroup, {member, instance}, generation, now_);
  }

  PartitionCodes commit(const CommitCommand& command) {
    PartitionCodes codes;
    run([&](Moment at, Effects& effects) { codes = machine_->commit_offsets(command, at, effects); });
    return codes;
  }

  // Of a transaction: written by the producer's broker-side handler, decided by a marker.
  void commit_in_transaction(ProducerId producer, std::string_view topic, std::int32_t partition, std::int64_t offset) {
    wire::OffsetCommitValue value;
    value.offset = offset;
    value.commit_timestamp = now_.wall_ms;
    log.push_back({producer, offset_commit_record(kGroup, topic, partition, value), std::nullopt});
    replay(log.size() - 1, true);
  }

  void end_transaction(ProducerId producer, bool is_commit) {
    log.push_back({producer, {}, is_commit});
    replay(log.size() - 1, true);
  }

  // --- how the log fares
  std::optional<ErrorCode> append_failure;  // Nothing is written while it is set.
  bool holds_commits = false;               // What is written stays uncommitted until release().
  void release(std::optional<ErrorCode> failure = std::nullopt) {
    while (!held_.empty()) {
      auto stored = std::move(held_.front());
      held_.pop_front();
      tell(stored, failure);
    }
  }

  // --- short words for what tests say often
  static constexpr const char* kGroup = "orders";

  static JoinCommand member(std::string id = "", std::vector<std::string> strategies = {"range"}) {
    JoinCommand command;
    command.group_id = kGroup;
    command.member_id = std::move(id);
    command.protocol_type = "consumer";
    for (const auto& name : strategies) command.protocols.push_back({name, share(subscription({"clicks"}))});
    command.session_timeout = Milliseconds(10'000);
    command.rebalance_timeout = Milliseconds(60'000);
    command.client_id = "app";
    command.client_host = "/127.0.0.1";
    command.requires_known_member_id = true;
    command.skips_assignment = true;
    return command;
  }

  static JoinCommand instance(std::string name, std::string id = "", std::vector<std::string> strategies = {"range"}) {
    JoinCommand command = member(std::move(id), std::move(strategies));
    command.group_instance_id = std::move(name);
    return command;
  }

  // A consumer's subscription, version 0.
  static OwnedBytes subscription(const std::vector<std::string>& topics) {
    wire::Writer writer;
    writer.write_int16(0);
    writer.write_int32(static_cast<std::int32_t>(topics.size()));
    for (const std::string& topic : topics) {
      writer.write_int16(static_cast<std::int16_t>(topic.size()));
      for (const char letter : topic) writer.write_int8(letter);
    }
    writer.write_int32(-1);
    return OwnedBytes(writer.bytes().begin(), writer.bytes().end());
  }

  // Gets an id, and joins with it.
  std::pair<std::string, ToldPtr<JoinResult>> come(JoinCommand command = member()) {
    if (command.group_instance_id) {
      auto told = join(command);
      return {*groups().find(kGroup)->static_member(*command.group_instance_id), told};
    }
    command.member_id = join(command)->result->member_id;
    return {command.member_id, join(command)};
  }

  SyncCommand assign(const std::string& member_id, const std::vector<std::string>& to = {}) {
    SyncCommand command;
    command.group_id = kGroup;
    command.member_id = member_id;
    command.generation_id = group().generation_id();
    for (const std::string& id : to) command.assignments.emplace(id, share(bytes_of("of " + id)));
    return command;
  }

  static OwnedBytes bytes_of(std::string_view text) {
    const auto* data = reinterpret_cast<const std::byte*>(text.data());
    return OwnedBytes(data, data + text.size());
  }

  // Members that have joined and synced; the leader is the first.
  std::vector<std::string> make_stable(std::vector<JoinCommand> commands) {
    std::vector<std::string> ids;
    for (JoinCommand& command : commands) ids.push_back(come(std::move(command)).first);
    while (!group().is(ClassicState::completing_rebalance)) advance(settings.initial_rebalance_delay);
    const std::string leader = *group().leader();
    std::iter_swap(ids.begin(), std::find(ids.begin(), ids.end(), leader));
    for (const std::string& id : ids) sync(assign(id, ids));
    return ids;
  }

  std::vector<std::string> make_stable(std::size_t count) { return make_stable(std::vector(count, member())); }

  // Another coordinator reads entry `i` of the log.
  void replay_into(GroupMachine& machine, std::size_t i, bool is_live) const {
    const Entry& entry = log[i];
    if (entry.commits) return machine.replay_end_of_transaction(entry.producer, *entry.commits);
    ReplayedRecord record{Offset(static_cast<std::int64_t>(i)), entry.producer, entry.record.key, std::nullopt};
    if (entry.record.value) record.value = ByteView(*entry.record.value);
    CHECK(machine.replay(record, is_live));
  }

  GroupSettings settings;
  std::vector<Entry> log;

 private:
  template <class Result>
  static std::function<void(Result)> reply_to(ToldPtr<Result> told) {
    return [told](Result result) {
      ++told->times;
      told->result = std::move(result);
    };
  }

  void move_to(Instant at) {
    now_.wall_ms += std::chrono::duration_cast<Milliseconds>(at - now_.instant).count();
    now_.instant = at;
  }

  void replay(std::size_t i, bool is_live) { replay_into(*machine_, i, is_live); }

  void settle(Effects effects) {
    const auto failure = effects.records.empty() ? std::nullopt : append_failure;
    if (!failure) {
      for (CoordinatorRecord& record : effects.records) {
        log.push_back({kNoProducerId, std::move(record), std::nullopt});
        replay(log.size() - 1, true);
      }
    }
    for (auto& answer : effects.answers) answer();
    if (!effects.stored) return;
    if (holds_commits && !failure) {
      held_.push_back(std::move(effects.stored));
    } else {
      tell(effects.stored, failure);
    }
  }

  void tell(const Effects::Stored& stored, std::optional<ErrorCode> failure) {
    run([&](Moment at, Effects& effects) { stored(failure, at, effects); });
  }

  Moment now_{Instant{std::chrono::hours{1}}, 1'700'000'000'000};
  std::uint64_t ids_ = 0;
  std::unique_ptr<GroupMachine> machine_;
  std::deque<Effects::Stored> held_;
};

}  // namespace muir::server
