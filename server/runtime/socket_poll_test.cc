#include "server/runtime/socket_poll.h"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/base/task.h"
#include "wire/base/task_group.h"

namespace muir::server {
namespace {

constexpr std::optional<Instant::duration> kAtOnce = Instant::duration::zero();

Task<void> wait(WatchedSocket& socket, SocketWait::What what, std::string& log, std::string name) {
  SocketWait ready(socket, what);
  const bool is_open = co_await ready;
  log += name + (is_open ? " ready;" : " closed;");
}

// A pair of connected sockets, one of them watched.
struct SocketPollTest : ::testing::Test {
  SocketPoll poll;
  int theirs = -1;
  std::optional<WatchedSocket> ours;
  TaskGroup tasks;
  std::string log;

  void SetUp() override {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    theirs = pair[0];
    ours.emplace(poll, pair[1]);
    turn();
  }
  void TearDown() override {
    if (ours) ours->close();
    turn();
    EXPECT_EQ(tasks.running(), "");
    ::close(theirs);
  }

  std::size_t turn() { return poll.take_turn(kAtOnce); }
  void say(std::string_view text) {
    ASSERT_EQ(::write(theirs, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  // As a transport does it.
  std::string read(std::size_t size_max) {
    std::string text(size_max, '\0');
    const ssize_t count = ::recv(ours->fd(), text.data(), size_max, MSG_DONTWAIT);
    if (count < static_cast<ssize_t>(size_max)) ours->read_all();
    text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return text;
  }
  void wait_readable(std::string name = "reader") { tasks.spawn(name, wait(*ours, SocketWait::readable, log, name)); }
};

TEST_F(SocketPollTest, WakesAReaderWhenBytesCome) {
  wait_readable();
  turn();
  EXPECT_EQ(log, "");
  say("text");
  EXPECT_EQ(turn(), 1u);
  EXPECT_EQ(log, "reader ready;");
}

TEST_F(SocketPollTest, BytesThatCameBeforeTheWaitEndItInALaterTurn) {
  say("text");
  turn();
  EXPECT_TRUE(ours->is_readable());
  wait_readable();
  EXPECT_EQ(log, "") << "whoever always finds something must let others have their turn";
  turn();
  EXPECT_EQ(log, "reader ready;");
}

TEST_F(SocketPollTest, WhatWasReadCompletelyWakesNobodyAgain) {
  say("text");
  turn();
  EXPECT_EQ(read(100), "text");
  wait_readable();
  turn();
  EXPECT_EQ(log, "");
  say("more");
  turn();
  EXPECT_EQ(log, "reader ready;");
}

TEST_F(SocketPollTest, WhatWasReadInPartIsStillThere) {
  say("text");
  turn();
  EXPECT_EQ(read(2), "te");
  wait_readable();
  turn();
  EXPECT_EQ(log, "reader ready;");
}

TEST_F(SocketPollTest, TheEndStaysToBeReadBehindTheLastBytes) {
  say("last");
  ::shutdown(theirs, SHUT_WR);
  turn();
  EXPECT_EQ(read(100), "last");
  wait_readable();
  turn();
  EXPECT_EQ(log, "reader ready;");
  EXPECT_EQ(read(100), "");
}

TEST_F(SocketPollTest, WakesAWriterWhenTheOtherSideHasTaken) {
  const std::string block(64 * 1024, 'x');
  while (::send(ours->fd(), block.data(), block.size(), MSG_DONTWAIT) > 0) {
  }
  ours->filled();
  tasks.spawn("writer", wait(*ours, SocketWait::writable, log, "writer"));
  turn();
  EXPECT_EQ(log, "");
  std::string taken(1 << 20, '\0');
  while (::recv(theirs, taken.data(), taken.size(), MSG_DONTWAIT) > 0) {
  }
  turn();
  EXPECT_EQ(log, "writer ready;");
}

TEST_F(SocketPollTest, ClosingEndsEveryWait) {
  wait_readable("first");
  wait_readable("second");
  ours->close();
  EXPECT_EQ(log, "") << "whoever closes is in the middle of something";
  turn();
  EXPECT_EQ(log, "first closed;second closed;");
  wait_readable("late");
  EXPECT_EQ(log, "first closed;second closed;late closed;");
}

Task<void> close_when_ready(WatchedSocket& socket, std::optional<WatchedSocket>& other) {
  SocketWait ready(socket, SocketWait::readable);
  static_cast<void>(co_await ready);
  other.reset();
}

// Both have an event in the same turn.
TEST_F(SocketPollTest, ASocketMayGoWhileOthersAreWoken) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
  std::optional<WatchedSocket> other(std::in_place, poll, pair[1]);
  tasks.spawn("closer", close_when_ready(*ours, other));
  say("text");
  ASSERT_EQ(::write(pair[0], "text", 4), 4);
  turn();
  turn();
  EXPECT_FALSE(other);
  ::close(pair[0]);
}

TEST_F(SocketPollTest, ADescriptorThatCannotBeWatchedIsReadableAtOnce) {
  char path[] = "/tmp/socket_poll_test.XXXXXX";
  const int file = ::mkstemp(path);
  ::unlink(path);
  WatchedSocket socket(poll, file);
  tasks.spawn("reader", wait(socket, SocketWait::readable, log, "file"));
  turn();
  EXPECT_EQ(log, "file ready;");
}

TEST_F(SocketPollTest, AnotherThreadEndsItsSleep) {
  std::thread other([this] { poll.wake_up(); });
  poll.take_turn(std::nullopt);
  other.join();
}

TEST_F(SocketPollTest, SleepsNoLongerThanItWasTold) {
  const auto before = std::chrono::steady_clock::now();
  poll.take_turn(std::chrono::milliseconds{20});
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds{20});
}

}  // namespace
}  // namespace muir::server
