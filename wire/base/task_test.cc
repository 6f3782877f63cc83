#include "wire/base/task.h"

#include <gtest/gtest.h>

#include "wire/base/task_group.h"

namespace muir {
namespace {

Task<int> answer() { co_return 42; }

Task<long> sum_of_answers(int count) {
  long sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await answer();
  co_return sum;
}

TEST(Task, LoopsOverTasksThatEndAtOnceWithoutUsingStack) {
  EXPECT_EQ(sum_of_answers(1'000'000).run_inline(), 42'000'000);
}

Task<void> note(Completion<int>& completion, int& seen) { seen = co_await completion; }

TEST(Task, ResumesWhenWhatItAwaitsCompletes) {
  Completion<int> completion;
  int seen = 0;
  TaskGroup group;

  group.spawn("note", note(completion, seen));
  EXPECT_EQ(seen, 0);
  EXPECT_EQ(group.running(), "note");
  completion.complete(7);

  EXPECT_EQ(seen, 7);
  EXPECT_EQ(group.size(), 0u);
}

TEST(Task, SeesACompletionThatCameFirst) {
  Completion<int> completion;
  completion.complete(7);
  int seen = 0;

  note(completion, seen).run_inline();

  EXPECT_EQ(seen, 7);
}

Task<void> nested(Completion<int>& completion, int depth, int& seen) {
  if (depth == 0) {
    seen = co_await completion;
  } else {
    co_await nested(completion, depth - 1, seen);
  }
}

Task<void> close_then(TaskGroup& group, bool& closed) {
  co_await group.close();
  closed = true;
}

TEST(TaskGroup, CloseEndsWithTheLastTask) {
  Completion<int> first, second;
  int a = 0, b = 0;
  bool closed = false;
  TaskGroup group, outer;
  group.spawn("first", nested(first, 5, a));
  group.spawn("second", nested(second, 5, b));
  outer.spawn("closer", close_then(group, closed));

  second.complete(2);
  EXPECT_FALSE(closed);
  first.complete(1);

  EXPECT_TRUE(closed);
  EXPECT_EQ(a + b, 3);
}

}  // namespace
}  // namespace muir
