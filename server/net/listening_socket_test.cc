#include "server/net/listening_socket.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/net/errc.h"
#include "wire/base/task_group.h"

namespace muir::server {
namespace {

struct ListeningSocketTest : ::testing::Test {
  SocketPoll poll;
  TaskGroup tasks;
  std::optional<Result<ListeningSocket::Accepted>> accepted;

  static Task<void> accept(ListeningSocket& socket, std::optional<Result<ListeningSocket::Accepted>>& outcome) {
    outcome = co_await socket.accept();
  }

  int connect(int family, std::uint16_t port) {
    const int fd = ::socket(family, SOCK_STREAM, 0);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&v4), sizeof v4), 0);
    return fd;
  }
};

TEST_F(ListeningSocketTest, AcceptsAClientAndSaysWhereItIs) {
  const auto fd = ListeningSocket::open({.listener_name = "PLAINTEXT", .host = "127.0.0.1", .port = 0}, {});
  ASSERT_TRUE(fd) << fd.error().message();
  const std::uint16_t port = *ListeningSocket::port_of(*fd);
  EXPECT_NE(port, 0);
  ListeningSocket socket(poll, *fd);
  tasks.spawn("accept", accept(socket, accepted));
  EXPECT_FALSE(accepted);

  const int client = connect(AF_INET, port);
  poll.take_turn(std::nullopt);

  ASSERT_TRUE(accepted && *accepted);
  EXPECT_EQ((*accepted)->peer.host, "127.0.0.1");
  EXPECT_NE((*accepted)->peer.port, 0);
  ::close((*accepted)->fd);
  ::close(client);
}

TEST_F(ListeningSocketTest, AnEndpointWithoutAHostTakesClientsOfBothFamiliesInTheirOwnSpelling) {
  const auto fd = ListeningSocket::open({.listener_name = "PLAINTEXT", .host = "", .port = 0}, {});
  if (!fd) GTEST_SKIP() << "no IPv6 here: " << fd.error().message();
  ListeningSocket socket(poll, *fd);
  const int client = connect(AF_INET, *ListeningSocket::port_of(*fd));
  tasks.spawn("accept", accept(socket, accepted));
  if (!accepted) poll.take_turn(std::nullopt);
  ASSERT_TRUE(accepted && *accepted);
  EXPECT_EQ((*accepted)->peer.host, "127.0.0.1");
  ::close((*accepted)->fd);
  ::close(client);
}

TEST_F(ListeningSocketTest, SaysThatAPortIsTaken) {
  const auto first = ListeningSocket::open({.listener_name = "A", .host = "127.0.0.1", .port = 0}, {});
  ASSERT_TRUE(first);
  const Endpoint same{.listener_name = "B", .host = "127.0.0.1", .port = *ListeningSocket::port_of(*first)};
  const auto second = ListeningSocket::open(same, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), Error(EADDRINUSE, boost::system::system_category()));
  ::close(*first);
}

TEST_F(ListeningSocketTest, SaysThatNobodyKnowsAHost) {
  EXPECT_FALSE(ListeningSocket::open({.listener_name = "A", .host = "no-such-host.invalid", .port = 0}, {}));
}

TEST_F(ListeningSocketTest, ClosingEndsTheWait) {
  ListeningSocket socket(poll, *ListeningSocket::open({.listener_name = "A", .host = "127.0.0.1", .port = 0}, {}));
  tasks.spawn("accept", accept(socket, accepted));
  socket.close();
  poll.take_turn(std::chrono::milliseconds{0});
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->error(), NetErrc::closed_by_us);
}

}  // namespace
}  // namespace muir::server
