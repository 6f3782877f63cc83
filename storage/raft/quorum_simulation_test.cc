#include "storage/raft/quorum_simulation.h"

#include <algorithm>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace muir::storage {

using namespace std::chrono_literals;

QuorumSimulation::QuorumSimulation(int voters, std::uint64_t seed) : random_(seed) {
  std::vector<Voter> all;
  for (int id = 1; id <= voters; ++id)
    all.push_back({{NodeId{id}, {}}, {{"CONTROLLER", "node" + std::to_string(id), 9093}}, {0, 1}});
  voters_ = VoterSet{std::move(all)};
  for (const NodeId id : voters_.ids()) boot(id);
}

void QuorumSimulation::boot(NodeId id) {
  Replica& replica = replicas_[id];
  LogSummary log;
  for (std::size_t i = 0; i < replica.log.size(); ++i)
    log.appended(Offset{static_cast<std::int64_t>(i) + 1}, replica.log[i]);
  log.synced(log.end_offset());
  QuorumConfig config{.local = {id, Uuid::from_halves(7, static_cast<std::uint64_t>(id.value))},
                      .local_endpoints = voters_.find(id)->endpoints,
                      .seed = random_()};
  replica.quorum = std::make_unique<QuorumState>(config, replica.election, log, VoterHistory{voters_});
  carry_out(id, replica.quorum->start(now_), nullptr);
}

void QuorumSimulation::crash(NodeId id) {
  Replica& replica = replicas_.at(id);
  // Some of what was not synced may have reached the disk all the same.
  const std::size_t unsynced = replica.log.size() - replica.synced;
  replica.log.resize(replica.synced + (unsynced > 0 ? random_() % (unsynced + 1) : 0));
  replica.synced = replica.log.size();
  boot(id);
}

void QuorumSimulation::step() {
  now_ += std::chrono::milliseconds{random_() % 40};
  if (!healthy_ && chance(2)) crash(anybody());
  const NodeId id = anybody();
  if (chance(20)) append(id);
  if (chance(60)) sync(id);
  carry_out(id, replicas_.at(id).quorum->tick(now_), nullptr);
  for (int i = 0; i < 4; ++i) deliver();
}

void QuorumSimulation::append(NodeId id) {
  Replica& replica = replicas_.at(id);
  if (!replica.quorum->is_leader()) return;
  replica.log.push_back(replica.quorum->epoch());
  replica.quorum->appended(Offset{static_cast<std::int64_t>(replica.log.size())}, replica.quorum->epoch());
}

void QuorumSimulation::sync(NodeId id) {
  Replica& replica = replicas_.at(id);
  replica.synced = replica.log.size();
  carry_out(id, replica.quorum->synced(Offset{static_cast<std::int64_t>(replica.synced)}), nullptr);
}

void QuorumSimulation::deliver() {
  if (network_.empty()) return;
  const std::size_t pick = healthy_ ? 0 : random_() % network_.size();
  const Message message = network_[pick];
  const bool again = !healthy_ && chance(3);
  if (!again) network_.erase(network_.begin() + static_cast<std::ptrdiff_t>(pick));
  if (!healthy_ && chance(15)) return;  // Lost.
  handle(message.to, message);
}

void QuorumSimulation::handle(NodeId id, const Message& message) {
  QuorumState& quorum = *replicas_.at(id).quorum;
  const Actions actions = std::visit(
      [&](const auto& body) {
        return std::visit(
            [&](const auto& said) {
              if constexpr (requires { quorum.receive(said, now_); })
                return quorum.receive(said, now_);
              else
                return quorum.receive(Answered{message.from, message.number}, said, now_);
            },
            body);
      },
      message.body);
  carry_out(id, actions, &message);
}

void QuorumSimulation::carry_out(NodeId id, const Actions& actions, const Message* cause) {
  for (const Action& action : actions) carry_out_one(id, action, cause);
}

void QuorumSimulation::carry_out_one(NodeId id, const Action& action, const Message* cause) {
  Replica& replica = replicas_.at(id);
  if (const auto* persist = std::get_if<PersistElection>(&action)) {
    replica.election = persist->election;
  } else if (const auto* send = std::get_if<SendRequest>(&action)) {
    network_.push_back({id, send->to, send->request, {}, 0, send->number});
  } else if (const auto* answer = std::get_if<SendResponse>(&action)) {
    respond(id, answer->response, *cause);
  } else if (const auto* lead = std::get_if<BecameLeader>(&action)) {
    const auto [leader, is_new] = leader_of_.emplace(lead->epoch, id);
    EXPECT_TRUE(is_new) << "epoch " << lead->epoch.value << " was led before";
    for (std::size_t i = 0; i < committed_.size(); ++i)
      ASSERT_TRUE(i < replica.log.size() && replica.log[i] == committed_[i]) << "leader lacks committed record " << i;
  } else if (std::holds_alternative<AppendEpochStart>(action)) {
    append(id);
  } else if (const auto* advance = std::get_if<AdvanceHighWatermark>(&action)) {
    commit(id, advance->offset);
  } else if (std::holds_alternative<AppendFetched>(action)) {
    append_fetched(id, *cause);
  } else if (const auto* truncate = std::get_if<TruncateLog>(&action)) {
    replica.log.resize(static_cast<std::size_t>(truncate->end.value));
    replica.synced = std::min(replica.synced, replica.log.size());
  } else if (const auto* halt = std::get_if<Halt>(&action)) {
    ADD_FAILURE() << halt->why;
  }
}

void QuorumSimulation::respond(NodeId id, const QuorumResponse& response, const Message& request) {
  Replica& replica = replicas_.at(id);
  Message answer{id, request.from, response, {}, 0, request.number};
  if (const auto* vote = std::get_if<VoteResponse>(&response); vote && vote->granted) {
    const auto& asked = std::get<VoteRequest>(std::get<QuorumRequest>(request.body));
    if (!asked.pre_vote) {
      const auto [given, is_new] = replica.voted.emplace(asked.epoch, request.from);
      EXPECT_EQ(given->second, request.from) << "two votes of " << id.value << " in epoch " << asked.epoch.value;
    }
  }
  if (const auto* fetched = std::get_if<QuorumFetchResponse>(&response);
      fetched && fetched->error == QuorumError::none && !fetched->diverging) {
    const auto& asked = std::get<QuorumFetchRequest>(std::get<QuorumRequest>(request.body));
    answer.offset = static_cast<std::size_t>(asked.offset.value);
    const std::size_t end = std::min(replica.log.size(), answer.offset + 3);
    answer.records.assign(replica.log.begin() + asked.offset.value, replica.log.begin() + static_cast<long>(end));
  }
  network_.push_back(std::move(answer));
}

void QuorumSimulation::append_fetched(NodeId id, const Message& response) {
  Replica& replica = replicas_.at(id);
  if (response.offset != replica.log.size() || response.records.empty()) return;  // An answer that was delayed.
  for (const Epoch epoch : response.records) {
    replica.log.push_back(epoch);
    replica.quorum->appended(Offset{static_cast<std::int64_t>(replica.log.size())}, epoch);
  }
  sync(id);
}

// What one replica knows to be committed, every other one agrees with, for ever.
void QuorumSimulation::commit(NodeId id, Offset end) {
  const Replica& replica = replicas_.at(id);
  ASSERT_LE(static_cast<std::size_t>(end.value),
            replica.synced + (replica.quorum->is_leader() ? replica.log.size() : 0));
  for (std::size_t i = 0; i < static_cast<std::size_t>(end.value); ++i) {
    if (i < committed_.size())
      ASSERT_EQ(replica.log[i], committed_[i]) << "record " << i << " was committed with another epoch";
    else
      committed_.push_back(replica.log[i]);
  }
}

namespace {

class RandomQuorum : public testing::TestWithParam<int> {};

// Raft's promises, under loss, reordering, duplication and crashes: one leader an epoch, one vote an epoch, and what is
// committed is in the log of every later leader.
TEST_P(RandomQuorum, NeverLosesACommittedRecord) {
  std::size_t elections = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    QuorumSimulation simulation(GetParam(), seed);
    for (int i = 0; i < 1500 && !testing::Test::HasFailure(); ++i) simulation.step();
    elections += simulation.elections();
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(elections, 30u);
}

// Once the world behaves, somebody leads and records are committed again.
TEST_P(RandomQuorum, RecoversWhenTheWorldDoes) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    QuorumSimulation simulation(GetParam(), seed);
    for (int i = 0; i < 500; ++i) simulation.step();
    const Offset before = simulation.committed();
    simulation.heal();
    for (int i = 0; i < 3000; ++i) simulation.step();
    EXPECT_LT(before, simulation.committed());
    if (testing::Test::HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Voters, RandomQuorum, testing::Values(1, 2, 3, 5));

}  // namespace
}  // namespace muir::storage
