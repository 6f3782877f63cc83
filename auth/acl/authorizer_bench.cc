#include <random>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "auth/acl/authorizer.h"

namespace muir::auth {
namespace {

constexpr int kAcls = 100'000;

Acl allow(std::string name, PatternType pattern, std::string principal) {
  return {ResourceType::TOPIC, std::move(name), pattern, std::move(principal), "*", Operation::READ, Permission::ALLOW};
}

// How 100,000 ACLs may lie.
AclIndex index_of(int shape) {
  AclIndex index;
  for (int i = 0; i < kAcls; ++i) {
    switch (shape) {
      case 0:  // A topic each, of a thousand users.
        index.add(allow(fmt::format("topic-{}", i), PatternType::LITERAL, fmt::format("User:user-{}", i % 1000)));
        break;
      case 1:  // A prefix each, of a thousand users.
        index.add(allow(fmt::format("team-{}.", i), PatternType::PREFIXED, fmt::format("User:user-{}", i % 1000)));
        break;
      case 2:  // One topic, a user each.
        index.add(allow("topic", PatternType::LITERAL, fmt::format("User:user-{}", i)));
        break;
      default:  // One user.
        index.add(allow(fmt::format("topic-{}", i), PatternType::LITERAL, "User:user"));
    }
  }
  return index;
}

struct Question {
  Principal who;
  std::string topic;
};

Question question(int shape, int i) {
  switch (shape) {
    case 0:
      return {{"User", fmt::format("user-{}", i % 1000)}, fmt::format("topic-{}", i)};
    case 1:
      return {{"User", fmt::format("user-{}", i % 1000)}, fmt::format("team-{}.orders", i)};
    case 2:
      return {{"User", fmt::format("user-{}", i)}, "topic"};
    default:
      return {{"User", "user"}, fmt::format("topic-{}", i)};
  }
}

void decide(benchmark::State& state) {
  const int shape = static_cast<int>(state.range(0));
  const AclIndex index = index_of(shape);
  const Authorizer authorizer(Authorizer::Settings{});
  std::mt19937 random(1);
  std::vector<Question> questions;
  for (int i = 0; i < 10'000; ++i) questions.push_back(question(shape, static_cast<int>(random() % kAcls)));
  std::size_t next = 0, allowed = 0;
  for (auto _ : state) {
    const Question& asked = questions[next++ % questions.size()];
    allowed += authorizer.decide(index, {asked.who, "10.0.0.1"}, Operation::READ, {ResourceType::TOPIC, asked.topic})
                   .is_allowed;
  }
  if (allowed != static_cast<std::size_t>(state.iterations())) state.SkipWithError("not everything was allowed");
}
BENCHMARK(decide)->Name("decide among 100,000")->DenseRange(0, 3);

// What a metadata version costs: one ACL more in a copy that is published.
void publish(benchmark::State& state) {
  AclIndex index = index_of(0);
  int i = 0;
  for (auto _ : state) {
    AclIndex next = index;
    next.add(allow(fmt::format("new-{}", i++), PatternType::LITERAL, "User:user-1"));
    benchmark::DoNotOptimize(next);
  }
}
BENCHMARK(publish)->Name("publish one more");

}  // namespace
}  // namespace muir::auth
