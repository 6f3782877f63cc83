#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "storage/raft/quorum_state.h"
#include "storage/raft/transcript_text.h"

// Stories of KRaft that need no C++ to review: testdata/*.txt.  A block is a command a line, `----`, and the actions
// that they lead to.  Blocks of one file happen to one replica, in order, until a `replica` command begins with another
// one.

namespace muir::storage {
namespace {

using Words = std::map<std::string, std::string>;

class Replica {
 public:
  // Runs one line of a transcript and returns what came of it, an action a line.
  std::string run(const std::string& line) {
    std::istringstream in(line);
    std::string verb, word;
    in >> verb;
    Words words;
    while (in >> word) {
      const auto equals = word.find('=');
      words[word.substr(0, equals)] = equals == std::string::npos ? "yes" : word.substr(equals + 1);
    }
    if (verb == "replica") return build(words), "";
    if (verb == "state") return describe();
    if (verb.starts_with("+"))
      return now_ += std::chrono::milliseconds{std::stoi(verb)}, text_of(noted(quorum_->tick(now_)));
    return text_of(noted(act(verb, words)));
  }

 private:
  void build(const Words& words) {
    QuorumConfig config;
    config.local = replica_of(words.at("id"));
    config.local_endpoints = endpoints_of(config.local.id);
    config.bootstrap_servers = words.contains("bootstrap") ? std::stoi(words.at("bootstrap")) : 0;
    ElectionState saved;
    if (words.contains("epoch")) saved.epoch = Epoch{std::stoi(words.at("epoch"))};
    if (words.contains("leader")) saved.leader_id = NodeId{std::stoi(words.at("leader"))};
    if (words.contains("voted")) saved.voted = replica_of(words.at("voted"));
    VoterHistory voters{words.contains("voters_at") ? VoterSet{} : voters_of(words.at("voters"))};
    if (words.contains("voters_at")) {
      voters.add(Offset{std::stol(words.at("voters_at"))}, voters_of(words.at("voters")));
      voters.add(Offset{std::stol(words.at("voters_at"))}, std::int16_t{1});
    }
    LogSummary log;
    if (words.contains("log")) {
      for (const auto& part : split(words.at("log"))) log.appended(position_of(part).offset, position_of(part).epoch);
      log.synced(log.end_offset());
    }
    quorum_ = std::make_unique<QuorumState>(config, saved, log, voters);
  }

  Actions act(const std::string& verb, const Words& words) {
    const auto number = [&](const char* key) { return std::stoi(words.at(key)); };
    const auto position = [&](const char* key) { return position_of(words.at(key)); };
    const NodeId sender{words.contains("from") ? number("from") : -1};
    const Answered from{sender, words.contains("late") ? 0 : in_flight_[sender]};
    if (verb == "start") return quorum_->start(now_);
    if (verb == "resign") return quorum_->resign(now_);
    if (verb == "synced") return quorum_->synced(Offset{number("end")});
    if (verb == "failed") return quorum_->request_failed(NodeId{number("to")}, now_);
    if (verb == "appended") return quorum_->appended(position("end").offset, position("end").epoch), Actions{};
    if (verb == "snapshot") return quorum_->snapshot_written(position("id")), Actions{};
    if (verb == "snapshot-fetched") return quorum_->snapshot_fetched(position("id"), quorum_->voters());
    if (verb == "trimmed") return quorum_->trimmed_to(position("to")), Actions{};
    if (verb == "voters") return quorum_->voters_appended(Offset{number("at")}, voters_of(words.at("are")));
    if (verb == "vote") return quorum_->receive(vote_of(words), now_);
    if (verb == "voted")
      return quorum_->receive(from, VoteResponse{error_of(words), hint_of(words), words.contains("granted")}, now_);
    if (verb == "begin") {
      const NodeId leader{number("leader")};
      return quorum_->receive(BeginQuorumEpochRequest{leader, Epoch{number("epoch")}, endpoints_of(leader), {}}, now_);
    }
    if (verb == "end") {
      EndQuorumEpochRequest end{NodeId{number("leader")}, Epoch{number("epoch")}, {}, {}};
      for (const auto& id : split(words.at("candidates"))) end.preferred_candidates.push_back(replica_of(id));
      return quorum_->receive(end, now_);
    }
    if (verb == "ended") return quorum_->receive(from, EndQuorumEpochResponse{error_of(words), hint_of(words)}, now_);
    if (verb == "begun") return quorum_->receive(from, BeginQuorumEpochResponse{error_of(words), hint_of(words)}, now_);
    if (verb == "fetch") {
      const auto at = position("at");
      return quorum_->receive(
          QuorumFetchRequest{replica_of(words.at("replica")), Epoch{number("epoch")}, at.offset, at.epoch}, now_);
    }
    if (verb == "fetched") return quorum_->receive(from, fetched_of(words), now_);
    ADD_FAILURE() << "no such command: " << verb;
    return {};
  }

  const Actions& noted(const Actions& actions) {
    for (const Action& action : actions)
      if (const auto* send = std::get_if<SendRequest>(&action)) in_flight_[send->to] = send->number;
    return actions;
  }

  static VoteRequest vote_of(const Words& words) {
    VoteRequest vote{replica_of(words.at("candidate")), Epoch{std::stoi(words.at("epoch"))},
                     position_of(words.at("log")), std::nullopt, words.contains("prevote")};
    if (words.contains("voter")) vote.voter = replica_of(words.at("voter"));
    return vote;
  }

  static QuorumFetchResponse fetched_of(const Words& words) {
    QuorumFetchResponse response{error_of(words), hint_of(words), kNoOffset, {}, {}};
    if (words.contains("hw")) response.high_watermark = Offset{std::stol(words.at("hw"))};
    if (words.contains("diverging")) response.diverging = position_of(words.at("diverging"));
    if (words.contains("snapshot")) response.snapshot = position_of(words.at("snapshot"));
    return response;
  }

  std::string describe() const {
    const auto leader = quorum_->leader_id();
    const auto high_watermark = quorum_->high_watermark();
    return fmt::format("{} epoch={} leader={} hw={}\n", quorum_->state_name(), quorum_->epoch().value,
                       leader ? std::to_string(leader->value) : "none",
                       high_watermark ? std::to_string(high_watermark->value) : "none");
  }

  Instant now_{std::chrono::hours{1}};
  std::unique_ptr<QuorumState> quorum_;
  std::map<NodeId, std::uint64_t> in_flight_;  // The newest request to each peer.
};

class Transcript : public testing::TestWithParam<std::string> {};

TEST_P(Transcript, LeadsToTheActionsWrittenDown) {
  std::ifstream file(GetParam());
  Replica replica;
  std::string line, commands, actual, expected;
  bool in_answer = false;
  int blocks = 0;
  const auto finish = [&] {
    if (in_answer) {
      EXPECT_EQ(actual, expected) << "after:\n" << commands;
      ++blocks;
    }
    commands.clear(), actual.clear(), expected.clear();
    in_answer = false;
  };
  while (std::getline(file, line)) {
    if (line.empty() || line.starts_with("#")) {
      finish();
    } else if (line == "----") {
      in_answer = true;
    } else if (in_answer) {
      expected += line + "\n";
    } else {
      commands += line + "\n";
      actual += replica.run(line);
    }
  }
  finish();
  EXPECT_GT(blocks, 0);
}

std::vector<std::string> transcripts() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("storage/raft/testdata"))
    if (entry.path().extension() == ".txt") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

std::string story_name(const testing::TestParamInfo<std::string>& info) {
  return std::filesystem::path(info.param).stem().string();
}

INSTANTIATE_TEST_SUITE_P(Raft, Transcript, testing::ValuesIn(transcripts()), story_name);

}  // namespace
}  // namespace muir::storage
