#include "server/net/tls_transport.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "auth/tls/test_peer.h"
#include "server/net/errc.h"
#include "server/net/peer_by_hand.h"

namespace muir::server {
namespace {

// Our end of a connection, a TLS client at the other, and between them sockets that hold little.
struct TlsTransportTest : ::testing::Test {
  ManualClock clock;
  Shard shard{ShardId{0}, "by hand", clock};
  std::unique_ptr<TlsWorkbench> bench = std::make_unique<TlsWorkbench>();
  auth::TestPeer peer;
  explicit TlsTransportTest(int version = TLS1_3_VERSION) : peer({.version = version}) {}
  TaskGroup tasks;
  int theirs = -1;
  std::unique_ptr<Transport> ours;
  std::optional<Result<auth::Principal>> shaken;
  std::string heard;

  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    theirs = ends[0];
    ::fcntl(theirs, F_SETFL, O_NONBLOCK);
    const int little = 8 * 1024;
    ::setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    auto context = auth::TlsContext::create(auth::test_settings(), "SSL", clock);
    ASSERT_TRUE(context) << context.error().message;
    ours = tls_transport(shard, ends[1], *context, *bench);
    run_on(shard, [&] { tasks.spawn("handshake", note(ours->handshake(), shaken)); });
  }
  void TearDown() override {
    run_on(shard, [&] { ours->close(); });
    run_turns(shard);
    run_on(shard, [&] {
      ours.reset();
      bench.reset();
    });
    ::close(theirs);
  }

  static Task<void> note(Task<Result<auth::Principal>> shaking, std::optional<Result<auth::Principal>>& outcome) {
    outcome = co_await shaking;
  }

  void send(ByteView bytes) {
    if (bytes.empty()) return;
    ASSERT_EQ(::send(theirs, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  // What either has for the other is carried there.
  void carry() {
    heard += peer.step();
    send(peer.take());
    run_turns(shard);
    std::array<std::byte, 4096> bytes;
    for (ssize_t count; (count = ::recv(theirs, bytes.data(), bytes.size(), 0)) > 0;)
      peer.give(ByteView(bytes).first(static_cast<std::size_t>(count)));
    heard += peer.step();
  }
  void shake_hands() {
    for (int i = 0; i < 5 && !shaken; ++i) carry();
    ASSERT_TRUE(shaken && *shaken);
  }
  // As an Outbox does: the same bytes again until they were taken.
  std::size_t write_all(std::string_view text, int& refusals) {
    std::size_t written = 0;
    for (int i = 0; i < 10'000 && written < text.size(); ++i) {
      const iovec piece{const_cast<char*>(text.data()) + written, text.size() - written};
      const auto taken = ours->try_write({&piece, 1});
      if (taken) written += *taken;
      if (!taken && taken.error() != NetErrc::would_block) break;
      if (taken) continue;
      ++refusals;
      carry();
    }
    return written;
  }
};

TEST_F(TlsTransportTest, AHandshakeSaysWhoItIs) {
  shake_hands();
  EXPECT_EQ((*shaken)->to_string(), "User:ANONYMOUS");
}

TEST_F(TlsTransportTest, ReadsAllThatIsHereWithOneCall) {
  shake_hands();
  std::string text(3000, 'a');
  peer.write(text);
  peer.write(text);
  send(peer.take());
  std::array<std::byte, 10'000> into;
  EXPECT_EQ(*ours->try_read(into), 6000u);
  EXPECT_EQ(ours->try_read(into).error(), NetErrc::would_block);
}

struct Tls12TransportTest : TlsTransportTest {
  Tls12TransportTest() : TlsTransportTest(TLS1_2_VERSION) {}
};

// Or a client that asks for one waits, and its connection with it.
TEST_F(Tls12TransportTest, ARenegotiationIsRefusedAtOnce) {
  shake_hands();
  ::SSL_renegotiate(peer.ssl());
  ::SSL_do_handshake(peer.ssl());
  send(peer.take());
  std::array<std::byte, 100> into;
  EXPECT_EQ(ours->try_read(into).error(), NetErrc::would_block);
  EXPECT_GT(::recv(theirs, into.data(), into.size(), 0), 0);
}

// Plain text that is here already is no news of the socket's, and must not be waited for in vain.
TEST_F(TlsTransportTest, WhatWasDecryptedIsReadable) {
  shake_hands();
  peer.write("0123456789");
  send(peer.take());
  std::array<std::byte, 4> into;
  ASSERT_EQ(*ours->try_read(into), 4u);
  bool is_readable = false;
  const auto wait = [](Transport& transport, bool& readable) -> Task<void> {
    const auto waited = co_await transport.wait_readable();
    readable = waited.has_value();
  };
  run_on(shard, [&] { tasks.spawn("wait", wait(*ours, is_readable)); });
  EXPECT_TRUE(is_readable);
  EXPECT_FALSE(ours->is_closed_by_peer());
}

TEST_F(TlsTransportTest, ASlowReaderGetsEveryByteOnce) {
  shake_hands();
  std::string text;
  while (text.size() < 300'000) text += std::to_string(text.size()) + " ";
  int refusals = 0;
  EXPECT_EQ(write_all(text, refusals), text.size());
  for (int i = 0; i < 100; ++i) carry();
  EXPECT_EQ(heard, text);
  EXPECT_GT(refusals, 3);
}

TEST_F(TlsTransportTest, SendsARangeOfAFile) {
  shake_hands();
  const std::string path = ::testing::TempDir() + "tls_transport_test";
  const std::string content = "0123456789";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
  ASSERT_EQ(::write(fd, content.data(), content.size()), 10);
  EXPECT_EQ(*ours->try_send_file(fd, 3, 5), 5u);
  EXPECT_EQ(ours->try_send_file(fd, 10, 5).error(), NetErrc::file_ended);
  carry();
  EXPECT_EQ(heard, "34567");
  ::close(fd);
}

TEST_F(TlsTransportTest, AGoodbyeOfThePeerIsSeenWithoutReading) {
  shake_hands();
  EXPECT_FALSE(ours->is_closed_by_peer());
  ::SSL_shutdown(peer.ssl());
  send(peer.take());
  EXPECT_TRUE(ours->is_closed_by_peer());
  std::array<std::byte, 4> into;
  EXPECT_EQ(ours->try_read(into).error(), NetErrc::closed_by_peer);
}

TEST_F(TlsTransportTest, PlainTextFailsTheHandshakeInSilence) {
  send(as_bytes(std::string_view("\0\0\0\x17\0\x12", 6)));
  run_turns(shard);
  ASSERT_TRUE(shaken && !*shaken);
  EXPECT_EQ(shaken->error(), auth::TlsErrc::not_tls);
  std::byte byte;
  EXPECT_EQ(::recv(theirs, &byte, 1, 0), -1);
}

// Of handshakes that could all go on one does so in a turn.
TEST_F(TlsTransportTest, HandshakesWaitForTheirTurn) {
  constexpr std::size_t kOthers = 5;
  struct Other {
    std::unique_ptr<Transport> ours;
    int theirs = -1;
    std::optional<Result<auth::Principal>> shaken;
    bool is_answered() const {
      std::byte byte;
      return ::recv(theirs, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
    }
  };
  auth::TestPeer stranger({.version = TLS1_3_VERSION});
  stranger.step();
  const OwnedBytes hello = stranger.take();
  auto context = auth::TlsContext::create(auth::test_settings(), "SSL", clock);
  std::array<Other, kOthers> others;
  for (Other& other : others) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    other.theirs = ends[0];
    other.ours = tls_transport(shard, ends[1], *context, *bench);
    ASSERT_EQ(::send(other.theirs, hello.data(), hello.size(), MSG_NOSIGNAL), static_cast<ssize_t>(hello.size()));
  }
  struct Start final : Message {
    std::function<void()> work;
    void run() override { work(); }
  } start;
  start.work = [&] {
    for (Other& other : others) tasks.spawn("handshake", note(other.ours->handshake(), other.shaken));
  };
  shard.send(start);
  const auto answered = [&] { return std::ranges::count_if(others, &Other::is_answered); };
  for (std::ptrdiff_t before = 0, turns = 0; before < static_cast<std::ptrdiff_t>(kOthers); ++turns) {
    ASSERT_LT(turns, 100);
    shard.run_turn();
    const auto now = answered();
    EXPECT_LE(now, before + 1);
    before = now;
  }
  run_on(shard, [&] {
    for (Other& other : others) other.ours->close();
  });
  run_on(shard, [&] {
    for (Other& other : others) other.ours.reset();
  });
  for (const Other& other : others) ::close(other.theirs);
}

}  // namespace
}  // namespace muir::server
