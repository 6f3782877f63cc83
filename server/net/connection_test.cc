#include "server/net/connection.h"

#include <map>

#include <gtest/gtest.h>

#include "server/fetching/fetch_cancellation.h"
#include "server/net/errc.h"
#include "server/net/peer_by_hand.h"
#include "wire/schema/api_key.h"

namespace muir::server {
namespace {

using std::chrono::milliseconds;
using wire::ApiKey;

constexpr milliseconds kIdleMax{1000};
constexpr milliseconds kAuthenticationMax{700};
constexpr milliseconds kMuted{3000};
constexpr milliseconds kRequestProgressMax{300};
constexpr milliseconds kResponseProgressMax{400};
constexpr milliseconds kAlmost = kIdleMax - milliseconds{10};
constexpr std::size_t kFrameBytesMax = 100'000;
constexpr std::size_t kMuch = 100'000;  // Of an answer.
constexpr std::size_t kUnauthenticatedBytesMax = 100;

std::string sized(std::string_view body) {
  std::string frame(4, '\0');
  store_big_endian(reinterpret_cast<std::byte*>(frame.data()), static_cast<std::int32_t>(body.size()));
  return frame + std::string(body);
}

std::string request(ApiKey key, std::string_view text) {
  std::string head(4, '\0');
  store_big_endian(reinterpret_cast<std::byte*>(head.data()), static_cast<std::int16_t>(key));
  return sized(head + std::string(text));
}

// A connection whose requests are answered with their own text: at once, or when the test says so if it begins with
// "wait", or when the connection goes if it is "fetch".
struct ConnectionTest : ::testing::Test {
  ManualClock clock;
  Shard shard{ShardId{0}, "by hand", clock};
  BufferPool pool;
  std::optional<RequestMemory> requests{std::in_place, RequestMemory::Limits{}};
  std::optional<HeldAnswers> held{std::in_place, 0};
  TaskGroup tasks;
  BeginRequest begin_request = [this](Session& session, Frame frame) { return begin(session, std::move(frame)); };
  std::vector<std::string> begun;
  std::map<std::string, Completion<bool>> waiting;
  PeerByHand* peer = nullptr;
  std::unique_ptr<Connection> connection;
  std::optional<Error> ended;
  Connection::Limits limits{.frame_bytes_max = kFrameBytesMax,
                            .unauthenticated_frame_bytes_max = kUnauthenticatedBytesMax,
                            .idle_max = kIdleMax,
                            .authentication_max = kAuthenticationMax};

  Task<Result<Finish>> begin(Session& session, Frame frame) {
    const std::string text(as_text(frame.bytes.subspan(4)));
    begun.push_back(text);
    if (text == "bad") co_return NetErrc::request_malformed;
    if (text.starts_with("wait")) waiting.try_emplace(text);
    if (text == "login") session.is_authenticated = true;
    if (text == "too much") session.muted_until = clock.now() + kMuted;
    co_return finish(session, std::move(frame), text);
  }

  Task<Result<Answer>> finish(Session& session, [[maybe_unused]] Frame frame, std::string text) {
    if (text == "much") text.assign(kMuch, 'x');
    if (text.starts_with("wait")) {
      Completion<bool>& when = waiting.at(text);
      co_await when;
    }
    if (text == "fetch") {
      const auto cancellation = std::make_shared<FetchCancellation>();
      session.waiting_fetch = cancellation;
      while (!cancellation->is_cancelled()) co_await sleep_until(clock.now() + milliseconds{1});
    }
    Answer answer;
    answer.writer.write_view(as_bytes(text));
    co_return answer;
  }

  Task<void> run(Connection& running) { ended = co_await running.run(); }

  void open(Session session = authenticated()) {
    auto transport = std::make_unique<PeerByHand>(shard);
    peer = transport.get();
    run_on(shard, [&] {
      connection = std::make_unique<Connection>(begin_request, std::move(session), std::move(transport),
                                                Connection::Memory{pool, *requests, *held}, limits);
      tasks.spawn("connection", run(*connection));
    });
  }

  static Session authenticated() {
    Session session;
    session.is_authenticated = true;
    return session;
  }

  void SetUp() override { open(); }
  void TearDown() override {
    run_on(shard, [this] {
      if (!ended) connection->close(NetErrc::closed_by_us);
    });
    pass(milliseconds{2});
    EXPECT_TRUE(ended) << "still running: " << tasks.running();
    run_on(shard, [this] { connection.reset(); });
  }

  void send(std::string_view bytes) {
    run_on(shard, [&] { peer->send(bytes); });
  }
  // Time passes as a loop would see it, tick by tick.
  void pass(milliseconds time) {
    for (milliseconds i{0}; i < time; ++i) {
      clock.advance(milliseconds{1});
      run_turns(shard);
    }
  }
  void finish_waiting(const std::string& text) {
    ASSERT_TRUE(waiting.contains(text)) << text;
    run_on(shard, [&] { waiting.at(text).complete(true); });
  }
};

// Order.

TEST_F(ConnectionTest, AnswersPipelinedRequestsInOrder) {
  send(request(ApiKey::METADATA, "first") + request(ApiKey::METADATA, "second") + request(ApiKey::PRODUCE, "third"));
  EXPECT_EQ(peer->received(), sized("first") + sized("second") + sized("third"));
}

TEST_F(ConnectionTest, BeginsNoRequestWhileAnotherIsWorkedOn) {
  send(request(ApiKey::METADATA, "wait") + request(ApiKey::METADATA, "next"));
  EXPECT_EQ(begun, std::vector<std::string>{"wait"});
  finish_waiting("wait");
  EXPECT_EQ(peer->received(), sized("wait") + sized("next"));
}

TEST_F(ConnectionTest, BeginsAProduceWhileAnotherWaitsForItsReplicas) {
  send(request(ApiKey::PRODUCE, "wait 1") + request(ApiKey::PRODUCE, "wait 2") + request(ApiKey::METADATA, "last"));
  EXPECT_EQ(begun, (std::vector<std::string>{"wait 1", "wait 2"}));

  finish_waiting("wait 2");
  EXPECT_EQ(peer->received(), "");
  finish_waiting("wait 1");

  EXPECT_EQ(peer->received(), sized("wait 1") + sized("wait 2") + sized("last"));
}

TEST_F(ConnectionTest, NoMoreProducesWaitThanMay) {
  const auto number = [](std::size_t i) { return "wait " + std::to_string(i); };
  std::string all;
  for (std::size_t i = 0; i <= Answers::kWaitingMax; ++i) all += request(ApiKey::PRODUCE, number(i));
  send(all);
  EXPECT_EQ(begun.size(), Answers::kWaitingMax);

  finish_waiting(number(0));

  EXPECT_EQ(begun.size(), Answers::kWaitingMax + 1);
  for (std::size_t i = 1; i <= Answers::kWaitingMax; ++i) finish_waiting(number(i));
}

// Quotas.

TEST_F(ConnectionTest, AMutedClientIsAnsweredAtOnceAndNotReadForAWhile) {
  send(request(ApiKey::METADATA, "too much") + request(ApiKey::METADATA, "next"));
  EXPECT_EQ(peer->received(), sized("too much"));
  send(request(ApiKey::METADATA, "later"));
  pass(kMuted - milliseconds{10});
  EXPECT_EQ(begun, std::vector<std::string>{"too much"});
  EXPECT_FALSE(ended) << "who is muted does not idle";

  pass(milliseconds{20});

  EXPECT_EQ(peer->received(), sized("too much") + sized("next") + sized("later"));
}

TEST_F(ConnectionTest, AProduceMutesThoseThatFollowIt) {
  send(request(ApiKey::PRODUCE, "too much") + request(ApiKey::PRODUCE, "next"));
  EXPECT_EQ(begun, std::vector<std::string>{"too much"});
  pass(kMuted + milliseconds{10});
  EXPECT_EQ(begun, (std::vector<std::string>{"too much", "next"}));
}

TEST_F(ConnectionTest, AMutedConnectionCanBeClosed) {
  send(request(ApiKey::METADATA, "too much"));
  send(request(ApiKey::METADATA, "next"));
  run_on(shard, [this] { connection->close(NetErrc::closed_by_us); });
  pass(milliseconds{2});
  EXPECT_EQ(ended, Error(NetErrc::closed_by_us));
  EXPECT_EQ(begun, std::vector<std::string>{"too much"});
}

// Bad frames.

TEST_F(ConnectionTest, AnOversizedFrameClosesBeforeItHasCome) {
  send(request(ApiKey::METADATA, std::string(kFrameBytesMax - 4, 'x')));
  EXPECT_FALSE(ended);
  send(std::string("\0\x01\x86\xa1", 4));
  EXPECT_EQ(ended, Error(NetErrc::frame_size_invalid));
  EXPECT_TRUE(peer->is_closed());
}

TEST_F(ConnectionTest, AFrameOfNegativeSizeCloses) {
  send(std::string("\xff\xff\xff\xff", 4));
  EXPECT_EQ(ended, Error(NetErrc::frame_size_invalid));
}

TEST_F(ConnectionTest, ARequestThatCannotBeReadClosesBehindTheAnswersBeforeIt) {
  send(request(ApiKey::METADATA, "good") + request(ApiKey::METADATA, "bad") + request(ApiKey::METADATA, "unread"));
  EXPECT_EQ(ended, Error(NetErrc::request_malformed));
  EXPECT_EQ(peer->received(), sized("good"));
  EXPECT_EQ(begun.back(), "bad");
}

// Before the client has said who it is.

struct UnauthenticatedTest : ConnectionTest {
  void SetUp() override {
    Session session;
    session.security_protocol = SecurityProtocol::SASL_PLAINTEXT;
    open(std::move(session));
  }
};

// A silent stranger, or one that talks of anything but who it is.
TEST_F(UnauthenticatedTest, HasItsTimeAndNoMore) {
  pass(kAuthenticationMax - milliseconds{200});
  send(request(ApiKey::API_VERSIONS, "hello"));
  EXPECT_FALSE(ended);
  pass(milliseconds{300});
  EXPECT_EQ(ended, Error(NetErrc::unauthenticated));
}

TEST_F(UnauthenticatedTest, WhoHasLoggedInMayStay) {
  send(request(ApiKey::API_VERSIONS, "login"));
  pass(kAuthenticationMax + milliseconds{100});
  EXPECT_FALSE(ended);
}

TEST_F(UnauthenticatedTest, AFrameAboveItsOwnLimitIsRefused) {
  send(request(ApiKey::API_VERSIONS, std::string(kUnauthenticatedBytesMax - 4, 'x')));
  EXPECT_FALSE(ended);
  send(std::string("\0\0\0\x65", 4));
  EXPECT_EQ(ended, Error(NetErrc::frame_size_invalid));
}

TEST_F(UnauthenticatedTest, TheLimitIsLiftedForTheFrameBehindTheLogin) {
  const std::string large(kFrameBytesMax - 4, 'x');
  send(request(ApiKey::API_VERSIONS, "login") + request(ApiKey::METADATA, large));
  EXPECT_EQ(peer->received(), sized("login") + sized(large));
}

// Idling.

TEST_F(ConnectionTest, ClosesWhenNothingComesForTheLongestTime) {
  pass(kAlmost);
  EXPECT_FALSE(ended);
  pass(kIdleMax - kAlmost + milliseconds{2});
  EXPECT_EQ(ended, Error(NetErrc::idle));
  EXPECT_TRUE(peer->is_closed());
}

TEST_F(ConnectionTest, StaysWhileRequestsComeAndClosesTheSameTimeAfterTheLast) {
  for (int i = 0; i < 5; ++i) {
    pass(kAlmost);
    send(request(ApiKey::METADATA, "again"));
  }
  pass(kAlmost);
  EXPECT_FALSE(ended);
  pass(kIdleMax - kAlmost + milliseconds{2});
  EXPECT_EQ(ended, Error(NetErrc::idle));
}

TEST_F(ConnectionTest, DoesNotIdleWhileARequestIsWorkedOnAndAnswersCount) {
  pass(kAlmost);
  send(request(ApiKey::METADATA, "wait"));
  pass(kIdleMax * 3 + kAlmost);
  EXPECT_FALSE(ended);

  finish_waiting("wait");
  pass(kAlmost);
  EXPECT_FALSE(ended) << "the answer was no activity";
  pass(kIdleMax - kAlmost + milliseconds{2});
  EXPECT_EQ(ended, Error(NetErrc::idle));
}

TEST_F(ConnectionTest, BytesOfALargeRequestAreActivity) {
  const std::string frame = request(ApiKey::METADATA, "slow");
  for (const char byte : frame) {
    send(std::string(1, byte));
    pass(kAlmost);
    ASSERT_FALSE(ended);
  }
  EXPECT_EQ(peer->received(), sized("slow"));
}

TEST_F(ConnectionTest, ClosesWhenTheRestOfAFrameDoesNotCome) {
  send(request(ApiKey::METADATA, "half").substr(0, 6));
  pass(kIdleMax * 2 + milliseconds{2});
  EXPECT_EQ(ended, Error(NetErrc::idle));
}

TEST_F(ConnectionTest, ClosesWhenNobodyTakesTheAnswer) {
  run_on(shard, [&] { peer->take(2, 2); });
  send(request(ApiKey::METADATA, "answer"));
  EXPECT_EQ(peer->received().size(), 2u);
  pass(kAlmost);
  run_on(shard, [&] { peer->take(2, 2); });  // This is activity,
  pass(kAlmost);
  EXPECT_FALSE(ended);
  pass(kIdleMax * 2);  // and then there is none.
  EXPECT_EQ(ended, Error(NetErrc::idle));
}

// The peer goes, or we do.

TEST_F(ConnectionTest, EndsWhenThePeerGoes) {
  run_on(shard, [&] { peer->go(); });
  EXPECT_EQ(ended, Error(NetErrc::closed_by_peer));
}

TEST_F(ConnectionTest, APeerThatGoesEndsTheFetchThatWaitsForIt) {
  send(request(ApiKey::FETCH, "fetch"));
  pass(milliseconds{100});
  EXPECT_FALSE(ended);

  run_on(shard, [&] { peer->go(); });
  pass(milliseconds{2});

  EXPECT_EQ(ended, Error(NetErrc::closed_by_peer));
  EXPECT_EQ(peer->received(), "");
}

TEST_F(ConnectionTest, APeerThatGoesDuringTheSecondWaitIsNoticedToo) {
  send(request(ApiKey::METADATA, "wait"));
  finish_waiting("wait");
  send(request(ApiKey::FETCH, "fetch"));

  run_on(shard, [&] { peer->go(); });
  pass(milliseconds{2});

  EXPECT_EQ(ended, Error(NetErrc::closed_by_peer));
}

TEST_F(ConnectionTest, WhatComesDuringAWaitIsNoEnd) {
  send(request(ApiKey::METADATA, "wait"));
  send(request(ApiKey::METADATA, "next"));
  EXPECT_FALSE(ended);
  finish_waiting("wait");
  EXPECT_EQ(peer->received(), sized("wait") + sized("next"));
}

TEST_F(ConnectionTest, ClosingEndsAFetchThatWaits) {
  send(request(ApiKey::FETCH, "fetch") + request(ApiKey::METADATA, "behind it"));
  run_on(shard, [&] { connection->close(NetErrc::closed_by_us); });
  pass(milliseconds{2});
  EXPECT_EQ(ended, Error(NetErrc::closed_by_us));
  EXPECT_EQ(begun, std::vector<std::string>{"fetch"});
}

TEST_F(ConnectionTest, WhatWasBegunEndsBeforeTheConnectionDoes) {
  send(request(ApiKey::PRODUCE, "wait"));
  run_on(shard, [&] { connection->close(NetErrc::closed_by_us); });
  EXPECT_FALSE(ended);
  finish_waiting("wait");
  EXPECT_EQ(ended, Error(NetErrc::closed_by_us));
}

// Slow peers.

struct ProgressTest : ConnectionTest {
  std::string request_of(std::size_t bytes) { return request(ApiKey::METADATA, std::string(bytes, 'x')); }
  void SetUp() override {
    limits.request_progress_max = kRequestProgressMax;
    limits.response_progress_max = kResponseProgressMax;
    limits.idle_max = milliseconds{-1};
    open();
  }
};

TEST_F(ProgressTest, WhoSendsARequestByteByByteIsCutOff) {
  const std::string frame = request_of(1000);
  for (std::size_t i = 0; i < frame.size() && !ended; ++i) {
    send(frame.substr(i, 1));
    pass(milliseconds{1});
    ASSERT_LE(i, 2 * static_cast<std::size_t>(kRequestProgressMax.count()) + 2);
  }
  EXPECT_EQ(ended, Error(NetErrc::slow));
}

TEST_F(ProgressTest, WhoAnnouncesARequestAndFallsSilentIsCutOff) {
  send(request_of(1000).substr(0, 4));
  pass(kRequestProgressMax - milliseconds{1});
  EXPECT_FALSE(ended);
  pass(kRequestProgressMax + milliseconds{2});
  EXPECT_EQ(ended, Error(NetErrc::slow));
}

TEST_F(ProgressTest, WhoGoesOnAtTheLowestPaceIsServed) {
  const std::string frame = request_of(90'000);
  for (std::size_t at = 0; at < frame.size(); at += PeerPace::kBytesMin) {
    send(frame.substr(at, PeerPace::kBytesMin));
    pass(kRequestProgressMax - milliseconds{10});
    ASSERT_FALSE(ended) << at;
  }
  EXPECT_EQ(begun.size(), 1u);
}

TEST_F(ProgressTest, SmallRequestsMayComeOneByOneForEver) {
  for (int i = 0; i < 20; ++i) {
    send(request_of(10));
    pass(kRequestProgressMax / 3);
    ASSERT_FALSE(ended);
  }
  EXPECT_EQ(begun.size(), 20u);
}

TEST_F(ProgressTest, WhoTakesAnAnswerByteByByteIsCutOff) {
  run_on(shard, [&] { peer->take(0, 1); });
  send(request(ApiKey::METADATA, "much"));
  for (int i = 0; i < 2 * kResponseProgressMax.count() + 2 && !ended; ++i) {
    run_on(shard, [&] { peer->take(1, 1); });
    pass(milliseconds{1});
  }
  EXPECT_EQ(ended, Error(NetErrc::slow));
}

TEST_F(ProgressTest, WhoTakesAnAnswerAtTheLowestPaceGetsIt) {
  run_on(shard, [&] { peer->take(0, 1); });
  send(request(ApiKey::METADATA, "much"));
  while (peer->received().size() < kMuch + 4) {
    run_on(shard, [&] { peer->take(PeerPace::kBytesMin, PeerPace::kBytesMin); });
    pass(kResponseProgressMax - milliseconds{10});
    ASSERT_FALSE(ended) << peer->received().size();
  }
}

TEST_F(ProgressTest, ARequestThatIsWorkedOnForLongIsNoFaultOfItsPeer) {
  send(request(ApiKey::METADATA, "wait") + request_of(1000).substr(0, 100));
  pass(kRequestProgressMax * 5);
  EXPECT_FALSE(ended);
  finish_waiting("wait");
  pass(kRequestProgressMax - milliseconds{1});
  EXPECT_FALSE(ended);
  pass(kRequestProgressMax * 2);
  EXPECT_EQ(ended, Error(NetErrc::slow));
}

struct HeldAnswersTest : ConnectionTest {
  void SetUp() override {
    held.emplace(kMuch / 2);
    open();
  }
};

TEST_F(HeldAnswersTest, AnAnswerThatNobodyTakesAndThatIsMoreThanMayBeHeldEndsTheConnection) {
  run_on(shard, [&] { peer->take(1, 1); });
  send(request(ApiKey::METADATA, "much"));
  pass(milliseconds{2});
  EXPECT_EQ(ended, Error(NetErrc::slow));
  EXPECT_EQ(held->bytes(), 0);
}

TEST_F(HeldAnswersTest, WhoTakesItAtOnceHoldsNothing) {
  send(request(ApiKey::METADATA, "much"));
  EXPECT_EQ(peer->received().size(), kMuch + 4);
  EXPECT_FALSE(ended);
}

// Memory.

struct UsedUpMemoryTest : ConnectionTest {
  RequestMemory::Lease others;
  void SetUp() override {
    limits.request_progress_max = kRequestProgressMax;
    requests.emplace(RequestMemory::Limits{.bytes_max = 10});
    requests->charge(others, requests->account_of("others"), 10);
    open();
    send(request(ApiKey::METADATA, "text"));
    pass(kRequestProgressMax * 2);
  }
};

TEST_F(UsedUpMemoryTest, AFrameWaitsUntilOthersGiveBack) {
  EXPECT_TRUE(begun.empty());
  EXPECT_FALSE(ended) << "it is not the peer who is slow";
  run_on(shard, [&] { others = {}; });
  EXPECT_EQ(peer->received(), sized("text"));
  EXPECT_EQ(requests->used(), 0);
}

TEST_F(UsedUpMemoryTest, ClosingEndsTheWait) {
  run_on(shard, [&] { connection->close(NetErrc::closed_by_us); });
  pass(milliseconds{2});
  EXPECT_TRUE(ended) << "it waits for what others hold";
  EXPECT_TRUE(begun.empty());
  run_on(shard, [&] { others = {}; });
}

}  // namespace
}  // namespace muir::server
