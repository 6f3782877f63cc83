#include "server/net/answers.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "server/net/errc.h"
#include "server/net/peer_by_hand.h"
#include "storage/disk/posix_disk.h"

namespace muir::server {
namespace {

using When = Completion<Result<std::string>>;

Answer answer_of(std::string_view text) {
  Answer answer;
  answer.writer.write_view(as_bytes(text));
  return answer;
}

Task<Result<Answer>> now(std::string text) { co_return answer_of(text); }

Task<Result<Answer>> silence() {
  Answer answer;
  answer.is_silent = true;
  co_return answer;
}

Task<Result<Answer>> later(When& when) {
  const auto text = co_await when;
  if (!text) co_return text.error();
  co_return answer_of(*text);
}

Task<Result<Answer>> ready(Answer answer) { co_return answer; }

std::string framed(std::string_view body) {
  std::string frame(4, '\0');
  store_big_endian(reinterpret_cast<std::byte*>(frame.data()), static_cast<std::int32_t>(body.size()));
  return frame + std::string(body);
}

struct AnswersTest : ::testing::Test {
  ManualClock clock;
  Shard shard{ShardId{0}, "by hand", clock};
  PeerByHand peer{shard};
  HeldAnswers held{0};
  Answers answers{peer, held};
  TaskGroup tasks;
  std::optional<Result<>> waited;

  void TearDown() override {
    run_on(shard, [this] { tasks.spawn("close", answers.close()); });
    EXPECT_EQ(tasks.running(), "");
  }

  static Task<void> note(Task<Result<>> task, std::optional<Result<>>& outcome) { outcome = co_await task; }
  void wait_for(Task<Result<>> task) {
    waited.reset();
    run_on(shard, [&] { tasks.spawn("reader", note(std::move(task), waited)); });
  }
  void push(Finish finish) {
    run_on(shard, [&] { answers.push(std::move(finish)); });
  }
  void complete(When& when, Result<std::string> outcome) {
    run_on(shard, [&] { when.complete(std::move(outcome)); });
  }
};

TEST_F(AnswersTest, LeaveInTheOrderOfTheirRequestsWhicheverIsReadyFirst) {
  When first, second;
  push(later(first));
  push(later(second));
  push(now("third"));

  complete(second, std::string("second"));
  EXPECT_EQ(peer.received(), "");
  complete(first, std::string("first"));

  EXPECT_EQ(peer.received(), framed("first") + framed("second") + framed("third"));
}

TEST_F(AnswersTest, ASilentAnswerSendsNothingAndKeepsItsTurn) {
  push(now("before"));
  push(silence());
  push(now("after"));

  EXPECT_EQ(peer.received(), framed("before") + framed("after"));
  EXPECT_TRUE(answers.is_drained());
}

TEST_F(AnswersTest, AFailureClosesAndNothingFollowsIt) {
  When first, last;
  push(later(first));
  push(now("second"));
  push(later(last));
  wait_for(answers.drained());

  complete(first, Result<std::string>(NetErrc::request_malformed));
  EXPECT_TRUE(peer.is_closed());
  EXPECT_FALSE(waited) << "the last request has begun, so its end is waited for";
  complete(last, std::string("last"));

  EXPECT_EQ(peer.received(), "");
  ASSERT_TRUE(waited);
  EXPECT_EQ(waited->error(), NetErrc::request_malformed) << "the first failure is the one that counts";
}

TEST_F(AnswersTest, WhatWasAnsweredBeforeAFailureHasLeft) {
  When second;
  push(now("first"));
  push(later(second));
  complete(second, Result<std::string>(NetErrc::request_malformed));

  EXPECT_EQ(peer.received(), framed("first"));
}

TEST_F(AnswersTest, DrainedWaitsUntilTheLastByteWasTaken) {
  peer.take(7, 7);
  push(now("nine byte"));
  wait_for(answers.drained());
  EXPECT_FALSE(waited);
  EXPECT_TRUE(answers.is_writing());
  EXPECT_EQ(answers.bytes_written(), 7u);

  run_on(shard, [&] { peer.take(100, 100); });

  ASSERT_TRUE(waited);
  EXPECT_TRUE(waited->has_value());
  EXPECT_FALSE(answers.is_writing());
  EXPECT_EQ(peer.received(), framed("nine byte"));
}

TEST_F(AnswersTest, RoomEndsAtTheLimitAndComesBackWithTheFirstAnswer) {
  std::deque<When> whens(Answers::kWaitingMax);
  for (std::size_t i = 0; i < whens.size(); ++i) {
    wait_for(answers.has_room());
    ASSERT_TRUE(waited) << i;
    push(later(whens[i]));
  }

  wait_for(answers.has_room());
  EXPECT_FALSE(waited) << "one more than kWaitingMax was let in";
  complete(whens[1], std::string("second"));
  EXPECT_FALSE(waited) << "the second is ready, but has not left";
  complete(whens[0], std::string("first"));
  EXPECT_TRUE(waited);

  for (std::size_t i = 2; i < whens.size(); ++i) complete(whens[i], std::string("rest"));
  EXPECT_TRUE(answers.is_drained());
}

// What a request holds, such as its share of queued.max.request.bytes, must be free before the next is read.
TEST_F(AnswersTest, NothingOfARequestIsLeftWhenItCountsAsAnswered) {
  struct Held {
    bool& is_gone;
    ~Held() { is_gone = true; }
  };
  struct Begin {
    static Finish holding([[maybe_unused]] std::unique_ptr<Held> held, When& when) {
      co_return answer_of(*co_await when);
    }
    static Task<void> look(Answers& answers, bool& is_gone, bool& was_gone) {
      const auto drained = co_await answers.drained();
      was_gone = drained && is_gone;
    }
  };
  bool is_gone = false, was_gone = false;
  When when;
  push(Begin::holding(std::make_unique<Held>(is_gone), when));
  run_on(shard, [&] { tasks.spawn("reader", Begin::look(answers, is_gone, was_gone)); });

  complete(when, std::string("answer"));

  EXPECT_TRUE(was_gone);
}

struct SlicedAnswersTest : AnswersTest {
  storage::PosixDisk disk;
  std::filesystem::path path = ::testing::TempDir() + "answers_test." + std::to_string(::getpid());
  storage::FilePtr file;

  void SetUp() override {
    file = *disk.open(path, storage::OpenMode::replace).get();
    std::string text;
    for (int i = 0; i < 1000; ++i) text += static_cast<char>('a' + i % 26);
    const ByteView parts[] = {as_bytes(text)};
    ASSERT_TRUE(file->write(0, parts).get());
  }
  void TearDown() override {
    AnswersTest::TearDown();
    std::filesystem::remove(path);
  }

  // Memory, a slice of 100 bytes, memory, a slice of 3, and memory if `has_tail`.
  Answer sliced(bool has_tail) {
    Answer answer;
    answer.slices.push_back({file, 26, 100});
    answer.slices.push_back({file, 0, 3});
    answer.writer.write_view(as_bytes("head"));
    answer.writer.write_records(wire::Records::external(100, 0), false);
    answer.writer.write_view(as_bytes("between"));
    answer.writer.write_records(wire::Records::external(3, 1), false);
    if (has_tail) answer.writer.write_view(as_bytes("tail"));
    return answer;
  }

  static std::string expected(bool has_tail) {
    std::string slice;
    for (int i = 0; i < 100; ++i) slice += static_cast<char>('a' + i % 26);
    const std::string size_100("\0\0\0\x64", 4), size_3("\0\0\0\3", 4);
    return framed("head" + size_100 + slice + "between" + size_3 + "abc" + (has_tail ? "tail" : ""));
  }
};

TEST_F(SlicedAnswersTest, MemoryAndFilesComeOutByteExactHoweverLittleIsTaken) {
  for (std::size_t at_once = 1; at_once <= 140; ++at_once) {
    const bool has_tail = at_once % 2 == 0;
    const std::size_t before = peer.received().size();
    run_on(shard, [&] { peer.take(SIZE_MAX, at_once); });
    push(ready(sliced(has_tail)));
    ASSERT_TRUE(answers.is_drained()) << at_once;
    ASSERT_EQ(peer.received().substr(before), expected(has_tail)) << at_once << " bytes at once";
  }
}

TEST_F(SlicedAnswersTest, AWaitBetweenAnyTwoBytesLosesNone) {
  const std::size_t size = expected(true).size();
  for (std::size_t first = 1; first < size; ++first) {
    const std::size_t before = peer.received().size();
    run_on(shard, [&] { peer.take(first, SIZE_MAX); });
    push(ready(sliced(true)));
    ASSERT_FALSE(answers.is_drained()) << first;
    ASSERT_EQ(peer.received().size() - before, first);
    run_on(shard, [&] { peer.take(size - first, SIZE_MAX); });
    ASSERT_TRUE(answers.is_drained()) << first;
    ASSERT_EQ(peer.received().substr(before), expected(true)) << first;
  }
}

TEST_F(SlicedAnswersTest, AFileThatIsTooShortClosesInsteadOfFillingUp) {
  Answer answer = sliced(true);
  answer.slices[0].position = 950;  // 50 bytes are there.
  push(ready(std::move(answer)));
  push(now("next"));
  wait_for(answers.drained());

  EXPECT_TRUE(peer.is_closed());
  ASSERT_TRUE(waited);
  EXPECT_EQ(waited->error(), NetErrc::file_ended);
  EXPECT_EQ(peer.received().size(), 4u + 4 + 4 + 50) << "nothing follows the bytes that were there";
}

}  // namespace
}  // namespace muir::server
