// Random commands, clocks, restarts and failures of the log: what a coordinator holds to be durable is what its log
// says, everybody is answered once, and a generation never goes back.  MUIR_SEEDS sets how many seeds are tried,
// MUIR_SEED runs one again.
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "server/coordinator/group/group_world.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using World = GroupWorld;

constexpr int kCommands = 400;

class RandomGroups {
 public:
  explicit RandomGroups(std::uint64_t seed) : random_(seed), world_(settings_of(*this)) {}

  void run() {
    for (int i = 0; i < kCommands && !testing::Test::HasFailure(); ++i) {
      command();
      check_group();
    }
    world_.append_failure.reset();
    world_.release();
    world_.unload();
    for (const auto& [id, told] : joins_) EXPECT_EQ(told->times, 1) << id;
    for (const auto& told : syncs_) EXPECT_EQ(told->times, 1);
  }

  int compared() const { return compared_; }

 private:
  static GroupSettings settings_of(RandomGroups& self) {
    GroupSettings settings;
    settings.group_max_size = 2 + self.pick(4);
    settings.offsets_retention = Milliseconds(200'000);
    settings.retention_check_interval = Milliseconds(100'000);
    return settings;
  }

  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  const ClassicGroup* group() { return world_.groups().find(World::kGroup); }

  // Some member that was once told its id, or a stranger.
  std::string some_member() {
    if (group() && !group()->members().empty() && pick(4) > 0) {
      auto at = group()->members().begin();
      std::advance(at, pick(static_cast<int>(group()->members().size())));
      return at->first;
    }
    if (known_.empty()) return "stranger";
    return known_[known_.size() - 1 -
                  static_cast<std::size_t>(pick(std::min<int>(10, static_cast<int>(known_.size()))))];
  }

  void command() {
    switch (pick(18)) {
      case 0:
      case 1:
      case 2:
        return join("");
      case 3:
      case 4:
      case 5:
      case 6:
        return join(some_member());
      case 7:
      case 8:
      case 9:
        return sync_all();
      case 10:
        return heartbeat();
      case 11:
        return leave();
      case 12:
        return commit();
      case 13:
        return transaction();
      case 14:
        return remove();
      case 15:
        return world_.advance(Milliseconds(pick(4) == 0 ? pick(70'000) : pick(4'000)));
      case 16:
        return log_fares();
      default:
        return check_log();
    }
  }

  JoinCommand command_of(const std::string& id) {
    static const std::vector<std::vector<std::string>> kOffers = {
        {"range"}, {"range", "sticky"}, {"sticky", "range"}, {"range", "roundrobin"}};
    auto command = World::member(id, kOffers[static_cast<std::size_t>(pick(4))]);
    command.requires_known_member_id = pick(3) > 0;
    command.skips_assignment = pick(2) == 0;
    command.session_timeout = Milliseconds(6'000 + pick(30'000));
    const auto* member = group() ? world_.groups().find(World::kGroup)->find(id) : nullptr;
    if (member && member->is_static()) {
      command.group_instance_id = member->group_instance_id;
    } else if (pick(3) == 0) {
      command.group_instance_id = "i-" + std::to_string(pick(3));
    }
    return command;
  }

  void join(const std::string& id) {
    const auto told = world_.join(command_of(id));
    joins_.emplace_back(id, told);
    for (const auto& [asked, answer] : joins_) ASSERT_LE(answer->times, 1) << asked;
    if (told->result && !(*told)->member_id.empty()) known_.push_back((*told)->member_id);
    if (told->result && (*told)->error == ErrorCode::NONE) {
      EXPECT_EQ((*told)->generation_id, group()->generation_id());
    }
  }

  void sync_all() {
    if (!group()) return;
    std::vector<std::string> ids;
    for (const auto& [id, member] : group()->members()) ids.push_back(id);
    for (const auto& id : ids) {
      if (pick(5) == 0) continue;
      if (!group()) return;
      auto command = world_.assign(id, ids);
      command.generation_id -= pick(20) == 0 ? 1 : 0;
      syncs_.push_back(world_.sync(std::move(command)));
    }
  }

  void heartbeat() {
    if (group()) world_.heartbeat(some_member(), group()->generation_id());
  }

  void leave() {
    const auto one = some_member();
    const auto instance = "i-" + std::to_string(pick(3));
    if (pick(2) == 0) {
      world_.leave({{one, std::nullopt}});
    } else {
      world_.leave({{"", instance}, {one, std::nullopt}});
    }
  }

  void commit() {
    const auto member = some_member();
    CommitCommand command;
    command.group_id = World::kGroup;
    if (pick(2) == 0 && group()) {
      command.member.member_id = member;
      command.generation_id = group()->generation_id();
    }
    if (pick(5) == 0) command.retention_ms = pick(100'000);
    command.topics = {{pick(2) == 0 ? "clicks" : "views", Uuid(), {{pick(3), pick(1'000), -1, "m"}}}};
    world_.commit(command);
  }

  void transaction() {
    const ProducerId producer(1 + pick(2));
    if (pick(2) == 0) return world_.commit_in_transaction(producer, "clicks", pick(3), pick(1'000));
    world_.end_transaction(producer, pick(2) == 0);
  }

  void remove() {
    world_.run([this](Moment at, Effects& effects) {
      static_cast<void>(at);
      switch (pick(3)) {
        case 0:
          world_.machine().delete_group(World::kGroup, effects);
          return;
        case 1:
          world_.machine().delete_offsets(World::kGroup, {{"views", {0, 1}}}, effects);
          return;
        default:
          world_.machine().delete_topics_offsets("clicks", Uuid(), effects);
      }
    });
  }

  // The log fails and recovers, is slow and is done, or the whole coordinator goes elsewhere.
  void log_fares() {
    switch (pick(4)) {
      case 0:
        world_.append_failure = ErrorCode::COORDINATOR_NOT_AVAILABLE;
        log_failed_ = true;
        return;
      case 1:
        world_.append_failure.reset();
        world_.holds_commits = false;
        return world_.release();
      case 2:
        world_.holds_commits = true;
        return;
      default:
        world_.append_failure.reset();
        world_.holds_commits = false;
        if (pick(2) == 0) world_.release(ErrorCode::NOT_COORDINATOR);  // Written, and the answer is lost.
        world_.unload();
        world_.release(ErrorCode::NOT_COORDINATOR);
        generation_.reset();
        log_failed_ = false;
        world_.start();
    }
  }

  void check_group() {
    if (!group()) return generation_.reset();
    EXPECT_GE(group()->generation_id(), generation_.value_or(0));
    generation_ = group()->generation_id();
    std::size_t waiting = 0;
    for (const auto& [id, member] : group()->members()) {
      EXPECT_EQ(id, member.member_id);
      waiting += member.awaiting_join ? 1 : 0;
      if (!member.is_static()) continue;
      ASSERT_TRUE(group()->static_member(*member.group_instance_id));
      EXPECT_EQ(*group()->static_member(*member.group_instance_id), id);
    }
    EXPECT_EQ(group()->awaiting_join(), waiting);
    const bool has_generation = group()->is(ClassicState::stable) || group()->is(ClassicState::completing_rebalance);
    EXPECT_EQ(has_generation && group()->members().empty(), false);
    EXPECT_TRUE(!has_generation || (group()->leader() && group()->has(*group()->leader())));
    EXPECT_TRUE(!group()->is(ClassicState::empty) || group()->members().empty());
  }

  // What a coordinator elsewhere would make of the log.
  void check_log() {
    if (world_.holds_commits) return;
    GroupMachine restored(world_.settings, [] { return Uuid(); });
    for (std::size_t i = 0; i < world_.log.size(); ++i) world_.replay_into(restored, i, false);
    EXPECT_TRUE(restored.offsets() == world_.machine().offsets());
    const ClassicGroup* stored = restored.groups().find(World::kGroup);
    ASSERT_EQ(stored != nullptr, group() != nullptr);
    if (stored) check_same(*stored, *group());
  }

  void check_same(const ClassicGroup& stored, const ClassicGroup& live) {
    if (!live.is(ClassicState::stable) && !live.is(ClassicState::empty)) return;
    // An empty generation that the log did not take: the one before would come back.
    if (log_failed_ && stored.generation_id() < live.generation_id()) return;
    ++compared_;
    EXPECT_EQ(stored.generation_id(), live.generation_id());
    EXPECT_EQ(stored.state(), live.state());
    EXPECT_EQ(stored.protocol_type(), live.protocol_type());
    EXPECT_EQ(stored.protocol_name(), live.protocol_name());
    EXPECT_EQ(stored.leader(), live.leader());
    EXPECT_EQ(stored.subscribed_topics(), live.subscribed_topics());
    ASSERT_EQ(stored.members().size(), live.members().size());
    for (const auto& [id, member] : live.members()) {
      ASSERT_TRUE(stored.has(id)) << id;
      const ClassicMember& same = stored.members().at(id);
      EXPECT_EQ(same.group_instance_id, member.group_instance_id);
      EXPECT_EQ(same.session_timeout, member.session_timeout);
      EXPECT_EQ(same.rebalance_timeout, member.rebalance_timeout);
      EXPECT_EQ(*same.assignment, *member.assignment);
      EXPECT_EQ(*same.metadata(*live.protocol_name()), *member.metadata(*live.protocol_name()));
    }
  }

  std::mt19937_64 random_;
  World world_;
  std::vector<std::pair<std::string, ToldPtr<JoinResult>>> joins_;
  std::vector<ToldPtr<SyncResult>> syncs_;
  std::vector<std::string> known_;
  std::optional<std::int32_t> generation_;
  bool log_failed_ = false;

  int compared_ = 0;
};

TEST(GroupMachine, IsWhatItsLogSaysWhateverHappens) {
  const char* const one = std::getenv("MUIR_SEED");
  const char* const many = std::getenv("MUIR_SEEDS");
  const std::uint64_t first = one ? std::strtoull(one, nullptr, 10) : std::random_device{}();
  const std::uint64_t count = one ? 1 : many ? std::strtoull(many, nullptr, 10) : 30;
  int compared = 0;
  for (std::uint64_t seed = first; seed < first + count && !HasFailure(); ++seed) {
    SCOPED_TRACE("again: MUIR_SEED=" + std::to_string(seed));
    RandomGroups groups(seed);
    groups.run();
    compared += groups.compared();
  }
  EXPECT_GT(compared, count < 30 ? -1 : 30) << "groups were hardly ever at rest, from seed " << first;
}

}  // namespace
}  // namespace muir::server
