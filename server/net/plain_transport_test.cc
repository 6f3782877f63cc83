#include <array>
#include <optional>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/net/errc.h"
#include "server/net/peer_by_hand.h"
#include "server/net/transport.h"

namespace muir::server {
namespace {

// Both ends of a TCP connection over the loopback: ours a Transport, the other a plain descriptor.
struct PlainTransportTest : ::testing::Test {
  ManualClock clock;
  Shard shard{ShardId{0}, "by hand", clock};
  int theirs = -1;
  std::unique_ptr<Transport> ours;

  void SetUp() override {
    const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listening, 1), 0);
    ASSERT_EQ(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size), 0);
    theirs = ::socket(AF_INET, SOCK_STREAM, 0);
    ASSERT_EQ(::connect(theirs, reinterpret_cast<sockaddr*>(&address), size), 0);
    ours = plain_transport(shard, ::accept(listening, nullptr, nullptr));
    ::close(listening);
  }
  void TearDown() override {
    if (theirs >= 0) ::close(theirs);
    run_on(shard, [this] { ours.reset(); });
  }

  void send(std::string_view text) {
    ASSERT_EQ(::send(theirs, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  void go(bool with_reset) {
    const linger at_once{1, 0};
    if (with_reset) ::setsockopt(theirs, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(theirs, -1));
  }
};

TEST_F(PlainTransportTest, SaysWhenThePeerHasGone) {
  EXPECT_FALSE(ours->is_closed_by_peer());
  go(false);
  EXPECT_TRUE(ours->is_closed_by_peer());
}

// A client that is killed with answers unread resets its connection.
TEST_F(PlainTransportTest, APeerThatResetsTheConnectionHasGone) {
  go(true);
  EXPECT_TRUE(ours->is_closed_by_peer());
  std::byte byte;
  EXPECT_FALSE(ours->try_read({&byte, 1}));
}

TEST_F(PlainTransportTest, APeerThatSentSomethingAndWentIsReadFirst) {
  send("last words");
  go(false);
  EXPECT_FALSE(ours->is_closed_by_peer());
  std::array<std::byte, 100> into;
  EXPECT_EQ(*ours->try_read(into), 10u);
  EXPECT_TRUE(ours->is_closed_by_peer());
  EXPECT_EQ(ours->try_read(into).error(), NetErrc::closed_by_peer);
}

TEST_F(PlainTransportTest, ReadsWhatIsThereAndNeverWaits) {
  std::array<std::byte, 3> into;
  EXPECT_EQ(ours->try_read(into).error(), NetErrc::would_block);
  send("text");
  EXPECT_EQ(*ours->try_read(into), 3u);
  EXPECT_EQ(*ours->try_read(into), 1u);
  EXPECT_EQ(ours->try_read(into).error(), NetErrc::would_block);
}

Task<void> note(Task<Result<>> waiting, std::optional<Result<>>& outcome) { outcome = co_await waiting; }

TEST_F(PlainTransportTest, ClosingEndsEveryWait) {
  TaskGroup tasks;
  std::optional<Result<>> first, second;
  run_on(shard, [&] {
    tasks.spawn("reader", note(ours->wait_readable(), first));
    tasks.spawn("watcher", note(ours->wait_readable(), second));
  });
  EXPECT_FALSE(first || second);

  run_on(shard, [&] { ours->close(); });
  run_turns(shard);

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->error(), NetErrc::closed_by_us);
  EXPECT_EQ(second->error(), NetErrc::closed_by_us);
}

}  // namespace
}  // namespace muir::server
