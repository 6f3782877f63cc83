// What a connection costs that nobody uses.
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/net/connection.h"
#include "server/net/errc.h"
#include "server/net/peer_by_hand.h"
#include "wire/base/frame_pool.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define __SANITIZE_ADDRESS__ 1  // What gcc defines by itself.
#endif
#endif

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// Every allocation of this program is counted, as large as malloc makes it, its own header included.
static std::size_t allocated_bytes = 0;

static std::size_t cost_of(void* memory) { return ::malloc_usable_size(memory) + sizeof(std::size_t); }

void* operator new(std::size_t bytes) {
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) std::abort();
  allocated_bytes += cost_of(memory);
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) allocated_bytes -= cost_of(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace muir::server {
namespace {

constexpr std::size_t kIdleBytesMax = 2048;
constexpr int kConnections = 500;

struct IdleConnections : ::testing::Test {
  ManualClock clock;
  Shard shard{ShardId{0}, "by hand", clock};
  BufferPool pool;
  RequestMemory requests{{}};
  HeldAnswers held{0};
  TaskGroup tasks;
  BeginRequest begin_request = [](Session&, Frame frame) { return begin(std::move(frame)); };
  boost::intrusive::list<Connection> open;
  std::vector<int> peers;

  static Task<Result<Finish>> begin(Frame frame) { co_return finish(std::move(frame)); }
  static Task<Result<Answer>> finish(Frame frame) {
    Answer answer;
    answer.writer.write_view(frame.bytes);
    co_return answer;
  }

  static Task<void> run(boost::intrusive::list<Connection>& open, std::unique_ptr<Connection> connection) {
    open.push_back(*connection);
    static_cast<void>(co_await connection->run());
    open.erase(open.iterator_to(*connection));
  }

  void connect() {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    peers.push_back(ends[1]);
    Session session;
    session.is_authenticated = true;
    session.listener_name = "PLAINTEXT";
    session.client_host = "127.0.0.1";
    const Connection::Limits limits{1 << 20, 1 << 20, std::chrono::minutes(10)};
    tasks.spawn("connection", run(open, std::make_unique<Connection>(
                                            begin_request, std::move(session), plain_transport(shard, ends[0]),
                                            Connection::Memory{pool, requests, held}, limits)));
  }

  void connect_all() {
    run_on(shard, [this] {
      for (int i = 0; i < kConnections; ++i) connect();
    });
  }

  void TearDown() override {
    run_on(shard, [this] {
      for (Connection& connection : open) connection.close(NetErrc::closed_by_us);
    });
    EXPECT_EQ(tasks.size(), 0u);
    for (const int peer : peers) ::close(peer);
  }

  // Frames that have been given back count as memory of nobody.
  static std::size_t used_bytes() { return allocated_bytes - muir::detail::kept_frame_bytes(); }
};

TEST_F(IdleConnections, TakeLessThanTwoKibibytesEach) {
  peers.reserve(kConnections);
  const std::size_t before = used_bytes();
  connect_all();
  const std::size_t each = (used_bytes() - before) / kConnections;
  RecordProperty("bytes", static_cast<int>(each));
  EXPECT_LE(each, kIdleBytesMax) << "of which the Connection is " << sizeof(Connection) << ", its Session "
                                 << sizeof(Session);
  EXPECT_GE(each, sizeof(Connection)) << "not everything was counted";
}

TEST_F(IdleConnections, TakeNoMoreAfterTheyHaveServedRequests) {
  peers.reserve(kConnections);
  const std::size_t before = used_bytes();
  connect_all();
  for (int i = 0; i < 3; ++i) {
    for (const int peer : peers) ASSERT_EQ(::send(peer, "\0\0\0\4text", 8, 0), 8);
    run_turns(shard);
  }
  for (const int peer : peers) {
    char answers[64];
    ASSERT_EQ(::recv(peer, answers, sizeof answers, MSG_DONTWAIT), 24);
  }
  EXPECT_EQ(pool.in_use(), 0u);
  const std::size_t chunks = BufferPool::kKeptChunks * 80;  // What the pool knows of each that it keeps.
  EXPECT_LE((used_bytes() - before - chunks) / kConnections, kIdleBytesMax);
}

}  // namespace
}  // namespace muir::server

#endif
