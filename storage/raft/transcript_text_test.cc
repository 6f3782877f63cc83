#include "storage/raft/transcript_text.h"

#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace muir::storage {
namespace {

const char* const kErrors[] = {"none",
                               "fenced_leader_epoch",
                               "unknown_leader_epoch",
                               "not_leader_or_follower",
                               "invalid_request",
                               "invalid_voter_key",
                               "unsupported_version"};

std::string text_of(const ReplicaKey& key) {
  if (key.directory_id.is_zero()) return std::to_string(key.id.value);
  return fmt::format("{}/{}", key.id.value, static_cast<char>(key.directory_id.bytes[15]));
}

std::string text_of(const OffsetAndEpoch& at) { return fmt::format("{}@{}", at.offset.value, at.epoch.value); }

std::string text_of(const std::vector<NodeId>& ids) {
  std::vector<int> values;
  for (const NodeId id : ids) values.push_back(id.value);
  return fmt::format("{}", fmt::join(values, ","));
}

std::string text_of(std::optional<NodeId> id) { return id ? std::to_string(id->value) : "none"; }

struct RequestText {
  std::string operator()(const VoteRequest& vote) const {
    return fmt::format("{} epoch={} log={}", vote.pre_vote ? "pre-vote" : "vote", vote.epoch.value,
                       text_of(vote.log_end));
  }
  std::string operator()(const BeginQuorumEpochRequest& begin) const {
    return fmt::format("begin epoch={}", begin.epoch.value);
  }
  std::string operator()(const EndQuorumEpochRequest& end) const {
    std::vector<NodeId> ids;
    for (const auto& key : end.preferred_candidates) ids.push_back(key.id);
    return fmt::format("end epoch={} candidates={}", end.epoch.value, text_of(ids));
  }
  std::string operator()(const QuorumFetchRequest& fetch) const {
    return fmt::format("fetch epoch={} at={}", fetch.current_leader_epoch.value,
                       text_of(OffsetAndEpoch{fetch.offset, fetch.last_fetched_epoch}));
  }
};

struct ResponseText {
  static std::string answer(QuorumError error, const LeaderHint& leader) {
    return fmt::format("epoch={} leader={}{}", leader.epoch.value, text_of(leader.leader_id),
                       error == QuorumError::none ? "" : fmt::format(" error={}", kErrors[static_cast<int>(error)]));
  }
  std::string operator()(const VoteResponse& vote) const {
    return fmt::format("answer granted={} {}", vote.granted ? "yes" : "no", answer(vote.error, vote.leader));
  }
  std::string operator()(const BeginQuorumEpochResponse& begun) const {
    return "answer begin " + answer(begun.error, begun.leader);
  }
  std::string operator()(const EndQuorumEpochResponse& ended) const {
    return "answer end " + answer(ended.error, ended.leader);
  }
  std::string operator()(const QuorumFetchResponse& fetched) const {
    std::string text = "answer fetch " + answer(fetched.error, fetched.leader);
    if (fetched.error == QuorumError::none) text += fmt::format(" hw={}", fetched.high_watermark.value);
    if (fetched.diverging) text += " diverging=" + text_of(*fetched.diverging);
    if (fetched.snapshot) text += " snapshot=" + text_of(*fetched.snapshot);
    return text;
  }
};

struct ActionText {
  std::string operator()(const PersistElection& a) const {
    return fmt::format("persist epoch={} leader={} voted={}", a.election.epoch.value, text_of(a.election.leader_id),
                       a.election.voted ? text_of(*a.election.voted) : "none");
  }
  std::string operator()(const AppendEpochStart& a) const {
    std::string text = fmt::format("append leader-change leader={} epoch={} voters={} granting={}", a.leader_id.value,
                                   a.epoch.value, text_of(a.voters), text_of(a.granting_voters));
    if (a.kraft_version) text += fmt::format(" kraft-version={}", *a.kraft_version);
    if (a.voter_set) text += " kraft-voters=" + text_of(a.voter_set->ids());
    return text;
  }
  std::string operator()(const SendRequest& a) const {
    return fmt::format("send to={} {}", a.to.value, std::visit(RequestText{}, a.request));
  }
  std::string operator()(const SendResponse& a) const { return std::visit(ResponseText{}, a.response); }
  std::string operator()(const BecameLeader& a) const {
    return fmt::format("lead epoch={} start={}", a.epoch.value, a.start.value);
  }
  std::string operator()(const LeaderChanged& a) const {
    return fmt::format("leader-changed epoch={} leader={}", a.epoch.value, text_of(a.leader_id));
  }
  std::string operator()(const AdvanceHighWatermark& a) const { return fmt::format("commit {}", a.offset.value); }
  std::string operator()(const AppendFetched&) const { return "append fetched"; }
  std::string operator()(const TruncateLog& a) const { return fmt::format("truncate {}", a.end.value); }
  std::string operator()(const FetchSnapshot& a) const {
    return fmt::format("fetch-snapshot from={} {}", a.from.value, text_of(a.id));
  }
  std::string operator()(const ReportViolation&) const { return "violation"; }
  std::string operator()(const Halt&) const { return "halt"; }
};

}  // namespace

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream in(list);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

ReplicaKey replica_of(const std::string& text) {
  ReplicaKey key{NodeId{std::stoi(text)}, {}};
  if (const auto slash = text.find('/'); slash != std::string::npos)
    key.directory_id.bytes[15] = static_cast<std::byte>(text[slash + 1]);
  return key;
}

OffsetAndEpoch position_of(const std::string& text) {
  return {Offset{std::stol(text)}, Epoch{std::stoi(text.substr(text.find('@') + 1))}};
}

VoterSet voters_of(const std::string& list) {
  std::vector<Voter> voters;
  for (const auto& id : split(list)) voters.push_back({replica_of(id), endpoints_of(NodeId{std::stoi(id)}), {0, 1}});
  return VoterSet{voters};
}

std::vector<Endpoint> endpoints_of(NodeId id) {
  return {{"CONTROLLER", fmt::format("node{}", id.value), static_cast<std::uint16_t>(9000 + id.value)}};
}

QuorumError error_of(const std::map<std::string, std::string>& words) {
  if (!words.contains("error")) return QuorumError::none;
  for (int i = 0; i < 7; ++i)
    if (words.at("error") == kErrors[i]) return static_cast<QuorumError>(i);
  ADD_FAILURE() << "no such error: " << words.at("error");
  return QuorumError::none;
}

LeaderHint hint_of(const std::map<std::string, std::string>& words) {
  LeaderHint hint{Epoch{std::stoi(words.at("epoch"))}, {}, {}};
  if (words.contains("leader")) {
    hint.leader_id = NodeId{std::stoi(words.at("leader"))};
    hint.leader_endpoints = endpoints_of(*hint.leader_id);
  }
  return hint;
}

std::string text_of(const Actions& actions) {
  std::string text;
  for (const Action& action : actions) text += std::visit(ActionText{}, action) + "\n";
  return text;
}

}  // namespace muir::storage
