#include "storage/replication/partition_state.h"

#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace muir::storage {
namespace {

using std::chrono::milliseconds;

struct FakeBrokers : BrokerLiveness {
  std::optional<std::int64_t> alive_broker_epoch(NodeId broker) const override {
    const auto found = epochs.find(broker);
    return found == epochs.end() ? std::nullopt : std::optional(found->second);
  }
  bool is_shutting_down(NodeId broker) const override { return shutting_down.contains(broker); }

  std::map<NodeId, std::int64_t> epochs;
  std::set<NodeId> shutting_down;
};

// One line of a transcript: a verb, its bare argument, its key=value arguments.
struct Command {
  std::string verb;
  std::string argument;
  std::map<std::string, std::string> named;

  explicit Command(const std::string& line) {
    std::istringstream words(line);
    words >> verb;
    for (std::string word; words >> word;) {
      const auto equals = word.find('=');
      if (equals == std::string::npos)
        argument = word;
      else
        named[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }

  std::int64_t number(const std::string& name, std::int64_t otherwise = 0) const {
    const auto found = named.find(name);
    return found == named.end() ? otherwise : std::stoll(found->second);
  }
  Offset offset(const std::string& name, std::int64_t otherwise = 0) const { return Offset{number(name, otherwise)}; }
  NodeId node(const std::string& name) const { return NodeId{static_cast<std::int32_t>(number(name, -1))}; }
  Epoch epoch(const std::string& name) const { return Epoch{static_cast<std::int32_t>(number(name))}; }
  std::vector<NodeId> nodes(const std::string& name) const {
    std::vector<NodeId> nodes;
    const auto found = named.find(name);
    std::istringstream items(found == named.end() ? "" : found->second);
    for (std::string item; std::getline(items, item, ',');) nodes.push_back(NodeId{std::stoi(item)});
    return nodes;
  }
};

std::string join(const std::vector<NodeId>& nodes) {
  std::string text;
  for (const NodeId node : nodes) text += (text.empty() ? "" : ",") + std::to_string(node.value);
  return text;
}

// The world of one transcript.
class Story {
 public:
  void run(const Command& command) {
    const auto& verb = command.verb;
    if (verb == "start") {
      start(command);
    } else if (verb == "broker") {
      brokers_.epochs[command.node("id")] = command.number("epoch");
      brokers_.shutting_down.clear();
      if (command.named.contains("shutting_down")) brokers_.shutting_down.insert(command.node("id"));
    } else if (verb == "advance") {
      clock_.advance(milliseconds(command.number("ms")));
    } else if (verb == "fetch") {
      fetch(command);
    } else if (!change(command) && !ask(command)) {
      told_ += "? " + verb + "\n";
    }
  }

  const std::string& told() const { return told_; }

 private:
  void start(const Command& command) {
    state_.emplace(ReplicationSettings{command.node("self")}, brokers_);
    state_->log_opened(Offset{0}, command.offset("log_end"), command.offset("high_watermark"));
  }

  PartitionRegistration registration(const Command& command) const {
    return {command.named.contains("leader") ? command.node("leader") : NodeId{1},
            command.epoch("leader_epoch"),
            static_cast<std::int32_t>(command.number("partition_epoch")),
            command.nodes("replicas"),
            command.nodes("isr"),
            command.nodes("adding"),
            {}};
  }

  void fetch(const Command& command) {
    const auto outcome =
        state_->follower_fetched({command.node("replica"), command.offset("offset"), command.offset("log_start"),
                                  state_->log_end_offset(), command.number("epoch", kAnyBrokerEpoch)},
                                 clock_.now());
    if (outcome.verdict == FollowerVerdict::not_a_replica) told_ += "not_a_replica\n";
    if (outcome.verdict == FollowerVerdict::stale_broker_epoch) told_ += "stale_broker_epoch\n";
    tell(outcome.effects);
  }

  bool change(const Command& command) {
    const auto& verb = command.verb;
    const auto bare = [&] { return std::stoll(command.argument); };
    if (verb == "lead")
      tell(state_->become_leader(registration(command), static_cast<int>(command.number("min_isr")), clock_.now()));
    else if (verb == "follow")
      tell(state_->become_follower(registration(command)));
    else if (verb == "append")
      tell(state_->appended(command.offset("end"), clock_.now()));
    else if (verb == "leader_said")
      tell(state_->leader_said(command.offset("high_watermark")));
    else if (verb == "truncate")
      state_->truncated(command.offset("end"));
    else if (verb == "log_start")
      tell(state_->log_start_moved(Offset{bare()}));
    else if (verb == "min_isr")
      tell(state_->min_insync_replicas_changed(static_cast<int>(bare()), clock_.now()));
    else if (verb == "check")
      tell(state_->check_isr(clock_.now()));
    else if (verb == "decided")
      tell(state_->isr_decided(
          proposal_id_,
          {command.epoch("leader_epoch"), static_cast<int>(command.number("partition_epoch")), command.nodes("isr")},
          clock_.now()));
    else if (verb == "refused")
      tell(state_->isr_refused(proposal_id_, command.argument == "not_applied"      ? IsrRefusal::not_applied
                                             : command.argument == "await_metadata" ? IsrRefusal::await_metadata
                                                                                    : IsrRefusal::try_again));
    else
      return false;
    return true;
  }

  bool ask(const Command& command) {
    static const char* const commitments[] = {"waiting", "committed", "committed_below_min_isr", "not_leader"};
    static const char* const checks[] = {"current", "fenced", "unknown"};
    const auto yes_no = [](bool yes) { return yes ? "yes" : "no"; };
    const auto& verb = command.verb;
    if (verb == "commitment")
      told_ += commitments[static_cast<int>(state_->commitment(command.offset("end")))];
    else if (verb == "epoch_check")
      told_ += checks[static_cast<int>(state_->check_epoch(Epoch{std::stoi(command.argument)}))];
    else if (verb == "under_min_isr")
      told_ += yes_no(state_->is_under_min_isr());
    else if (verb == "adding")
      told_ += yes_no(state_->is_adding_replica(NodeId{std::stoi(command.argument)}));
    else if (verb == "isr")
      told_ += "isr " + join(state_->isr().committed());
    else if (verb == "low_watermark")
      told_ += std::to_string(state_->low_watermark().value);
    else if (verb == "epochs")
      told_ += fmt::format("leader={} leader_epoch={} partition_epoch={}", state_->leader().value,
                           state_->leader_epoch().value, state_->partition_epoch());
    else if (verb == "watermarks")
      told_ += fmt::format("log_start={} high_watermark={} log_end={}", state_->log_start_offset().value,
                           state_->high_watermark().value, state_->log_end_offset().value);
    else
      return false;
    told_ += "\n";
    return true;
  }

  void tell(const ReplicationEffects& effects) {
    if (effects.epoch_start)
      told_ += fmt::format("epoch_start epoch={} start={}\n", effects.epoch_start->epoch.value,
                           effects.epoch_start->start.value);
    if (effects.high_watermark) told_ += fmt::format("high_watermark {}\n", effects.high_watermark->value);
    if (effects.proposal) {
      std::string isr;
      for (const auto& member : effects.proposal->isr)
        isr += fmt::format("{}{}@{}", isr.empty() ? "" : ",", member.broker.value, member.broker_epoch);
      told_ += fmt::format("propose leader_epoch={} partition_epoch={} isr={}\n", effects.proposal->leader_epoch.value,
                           effects.proposal->partition_epoch, isr);
      proposal_id_ = effects.proposal->id;
    }
    if (effects.low_watermark_moved && Offset{0} < state_->low_watermark()) told_ += "low_watermark_moved\n";
  }

  ManualClock clock_;
  FakeBrokers brokers_;
  std::optional<PartitionState> state_;
  std::uint64_t proposal_id_ = 0;
  std::string told_;
};

// A transcript file: stories apart by empty lines, each a comment, commands, "----", and what is told.
void tell_stories(const std::string& name) {
  std::ifstream file("storage/replication/testdata/" + name);
  ASSERT_TRUE(file) << name;
  std::string title, expected;
  Story story;
  bool answers = false;
  int stories = 0;
  const auto finish = [&] {
    if (answers) {
      EXPECT_EQ(story.told(), expected) << title;
      ++stories;
    }
    story = Story();
    title = expected = "";
    answers = false;
  };
  for (std::string line; std::getline(file, line);) {
    if (line.empty())
      finish();
    else if (line[0] == '#')
      title += line + "\n";
    else if (line == "----")
      answers = true;
    else if (answers)
      expected += line + "\n";
    else
      story.run(Command(line));
  }
  finish();
  EXPECT_GT(stories, 5);
}

TEST(PartitionState, TellsTheStoriesOfTheIsr) { tell_stories("isr.txt"); }
TEST(PartitionState, TellsTheStoriesOfLeadersAndFollowers) { tell_stories("roles.txt"); }

// Whatever happens in whatever order: committed means that every member of the committed ISR has it, and no commit is
// ever taken back while the leader leads.
TEST(PartitionState, NeverCommitsWhatAnInSyncReplicaLacks) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  const auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };

  for (int round = 0; round < 200; ++round) {
    ManualClock clock;
    FakeBrokers brokers;
    for (int id = 1; id <= 3; ++id) brokers.epochs[NodeId{id}] = 100 + id;
    const std::vector<NodeId> all{NodeId{1}, NodeId{2}, NodeId{3}};
    PartitionState state({NodeId{1}}, brokers);
    state.become_leader({NodeId{1}, Epoch{1}, 0, all, all, {}, {}}, 1 + pick(3), clock.now());

    std::map<NodeId, Offset> holds{{NodeId{2}, Offset{0}}, {NodeId{3}, Offset{0}}};
    std::optional<IsrProposal> in_flight;
    for (int step = 0; step < 100; ++step) {
      const Offset before = state.high_watermark();
      ReplicationEffects effects;
      switch (pick(5)) {
        case 0:
          effects = state.appended(state.log_end_offset() + pick(5), clock.now());
          break;
        case 1: {
          const NodeId follower{2 + pick(2)};
          auto& end = holds[follower];
          end = end + pick(static_cast<int>(state.log_end_offset() - end) + 1);
          effects = state
                        .follower_fetched({follower, end, Offset{0}, state.log_end_offset(), 100 + follower.value},
                                          clock.now())
                        .effects;
          break;
        }
        case 2:
          clock.advance(milliseconds(pick(20'000)));
          break;
        case 3:
          effects = state.check_isr(clock.now());
          break;
        case 4:
          if (!in_flight) break;
          if (pick(2) == 0) {
            effects = state.isr_refused(in_flight->id, IsrRefusal::not_applied);
          } else {
            std::vector<NodeId> isr;
            for (const auto& member : in_flight->isr) isr.push_back(member.broker);
            effects = state.isr_decided(in_flight->id, {Epoch{1}, in_flight->partition_epoch + 1, isr}, clock.now());
          }
          in_flight.reset();
      }
      if (effects.proposal) {
        ASSERT_FALSE(in_flight) << "two proposals in flight";
        in_flight = effects.proposal;
      }
      ASSERT_LE(before, state.high_watermark());
      if (before == state.high_watermark()) continue;
      for (const NodeId member : state.isr().committed())
        ASSERT_TRUE(member == NodeId{1} || holds[member] >= state.high_watermark()) << member.value;
    }
  }
}

}  // namespace
}  // namespace muir::storage
