#include "server/net/frame_reader.h"

#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/net/errc.h"
#include "server/runtime/shard.h"

namespace muir::server {
namespace {

// Gives out a prepared stream in pieces of `piece` bytes, then ends.
class FakeTransport : public Transport {
 public:
  std::string stream;
  std::size_t piece = 1 << 20;
  std::size_t position = 0;
  std::size_t largest_ask = 0;
  int reads = 0;
  int waits = 0;

  Result<std::size_t> try_read(MutableByteView into) override {
    ++reads;
    largest_ask = std::max(largest_ask, into.size());
    if (position == stream.size()) return NetErrc::closed_by_peer;
    const std::size_t count = std::min({into.size(), piece, stream.size() - position});
    std::memcpy(into.data(), stream.data() + position, count);
    position += count;
    return count;
  }
  Result<std::size_t> try_write(std::span<const iovec>) override { return NetErrc::would_block; }
  Result<std::size_t> try_send_file(int, std::int64_t, std::size_t) override { return NetErrc::would_block; }
  Task<Result<>> wait_readable() override { co_return ++waits, ok(); }
  Task<Result<>> wait_writable() override { co_return ok(); }
  bool is_closed_by_peer() override { return position == stream.size(); }
  void close() override {}
};

std::string framed(std::string_view body) {
  std::string frame(4, '\0');
  store_big_endian(reinterpret_cast<std::byte*>(frame.data()), static_cast<std::int32_t>(body.size()));
  return frame + std::string(body);
}

struct FrameReaderTest : ::testing::Test {
  BufferPool pool;
  FakeTransport transport;
  RequestMemory unbounded{{}};
  FrameReader reader{transport, pool, unbounded, unbounded.account_of("somebody"), 1'000'000};
};

TEST_F(FrameReaderTest, CutsManyFramesOutOfOneRead) {
  transport.stream = framed("first") + framed("") + framed("third");

  EXPECT_EQ(as_text(reader.next().run_inline()->bytes), "first");
  EXPECT_TRUE(reader.has_frame());
  EXPECT_EQ(as_text(reader.next().run_inline()->bytes), "");
  EXPECT_EQ(as_text(reader.next().run_inline()->bytes), "third");
  EXPECT_FALSE(reader.has_frame());
  EXPECT_EQ(reader.next().run_inline().error(), NetErrc::closed_by_peer);
}

TEST_F(FrameReaderTest, KeepsAFrameWhileItsSuccessorsAreRead) {
  const std::string large(100'000, 'x');
  transport.stream = framed("kept") + framed(large) + framed("last");

  const auto kept = reader.next().run_inline();
  const auto second = reader.next().run_inline();
  const auto last = reader.next().run_inline();

  EXPECT_EQ(as_text(kept->bytes), "kept");
  EXPECT_EQ(as_text(second->bytes), large);
  EXPECT_EQ(as_text(last->bytes), "last");
}

TEST_F(FrameReaderTest, RefusesSizesBeforeItAsksForMemory) {
  transport.stream = std::string("\xff\xff\xff\xff", 4);
  EXPECT_EQ(reader.next().run_inline().error(), NetErrc::frame_size_invalid);
  EXPECT_EQ(reader.declared_size(), -1);
}

TEST_F(FrameReaderTest, RefusesSizesAboveTheLimit) {
  transport.stream = framed(std::string(1'000'001, 'x'));
  EXPECT_EQ(reader.next().run_inline().error(), NetErrc::frame_size_invalid);
  EXPECT_LE(transport.largest_ask, BufferPool::kChunkBytes);
}

TEST_F(FrameReaderTest, HoldsNoMemoryBetweenFrames) {
  transport.stream = framed("only");
  {
    const auto frame = reader.next().run_inline();
  }
  EXPECT_FALSE(reader.next().run_inline());
  EXPECT_LE(pool.in_use(), 1u);
}

TEST_F(FrameReaderTest, WhatHasArrivedIsChargedUntilItIsForgotten) {
  RequestMemory bounded({.bytes_max = 100});
  FrameReader bounded_reader(transport, pool, bounded, bounded.account_of("somebody"), 1'000'000);
  transport.stream = framed(std::string(80, 'x')) + framed(std::string(60, 'y')) + "more";
  {
    const auto first = bounded_reader.next().run_inline();
    EXPECT_EQ(bounded.used(), static_cast<std::int64_t>(transport.stream.size()));
    const auto second = bounded_reader.next().run_inline();
    ASSERT_TRUE(second);
  }
  EXPECT_EQ(bounded.used(), 4);
}

// Or who announces the largest frames, and sends none, would have all the memory there is.
TEST_F(FrameReaderTest, WhatIsAnnouncedAndDoesNotComeIsNotCharged) {
  RequestMemory bounded({.bytes_max = 100'000});
  {
    FrameReader bounded_reader(transport, pool, bounded, bounded.account_of("somebody"), 1'000'000);
    transport.stream = framed(std::string(1'000'000, 'x')).substr(0, 1000);
    EXPECT_EQ(bounded_reader.next().run_inline().error(), NetErrc::closed_by_peer);
    EXPECT_EQ(bounded.used(), 1000);
  }
  EXPECT_EQ(bounded.used(), 0);
}

// From the second on: of the first nobody knew that it would be large.
TEST_F(FrameReaderTest, ReadsLargeFramesOfOneSizeWithOneReadEachAndMovesNone) {
  for (char c = 'a'; c < 'f'; ++c) transport.stream += framed(std::string(100'000, c));
  ASSERT_TRUE(reader.next().run_inline());
  for (char c = 'b'; c < 'f'; ++c) {
    const int before = transport.reads;
    const auto frame = reader.next().run_inline();
    EXPECT_EQ(as_text(frame->bytes), std::string(100'000, c));
    EXPECT_EQ(transport.reads - before, 1);
    EXPECT_EQ(frame->bytes.data(), frame->memory.data() + 4);
  }
}

TEST_F(FrameReaderTest, ReadsALargeFrameInPieces) {
  ManualClock clock;
  Shard shard(ShardId{0}, "by hand", clock);
  TaskGroup tasks;
  transport.stream = framed(std::string(900'000, 'x'));
  std::size_t size = 0;
  const auto read = [&]() -> Task<void> {
    const auto frame = co_await reader.next();
    size = frame->bytes.size();
  };
  struct Begin final : Message {
    std::function<void()> work;
    void run() override { work(); }
  } begin;
  begin.work = [&] { tasks.spawn("read", read()); };
  shard.send(begin);

  int reads = 0;
  while (shard.run_turn()) {
    EXPECT_LE(transport.reads - reads, 2) << "the first of a frame, and one piece";
    EXPECT_LE(transport.largest_ask, 256u * 1024);
    reads = transport.reads;
  }
  EXPECT_EQ(size, 900'000u);
  EXPECT_EQ(tasks.running(), "");
}

// One of many who send a large frame.
struct Sender {
  Sender(BufferPool& pool, RequestMemory& memory) : reader(transport, pool, memory, memory.account_of("all"), 300'000) {
    transport.stream = framed(std::string(200'000, 'x'));
  }
  Task<void> read() {
    const auto frame = co_await reader.next();
    size = frame->bytes.size();
  }
  FakeTransport transport;
  FrameReader reader;
  std::size_t size = 0;
};

TEST_F(FrameReaderTest, ManyLargeFramesInPiecesKeepToTheBound) {
  constexpr std::int64_t kBound = 100'000;
  ManualClock clock;
  Shard shard(ShardId{0}, "by hand", clock);
  RequestMemory memory({.bytes_max = kBound});
  TaskGroup tasks;
  std::vector<std::unique_ptr<Sender>> senders;
  for (int i = 0; i < 20; ++i) senders.push_back(std::make_unique<Sender>(pool, memory));
  struct Begin final : Message {
    std::function<void()> work;
    void run() override { work(); }
  } begin;
  begin.work = [&] {
    for (const auto& sender : senders) tasks.spawn("read", sender->read());
  };
  shard.send(begin);

  std::int64_t most = 0;
  while (shard.run_turn()) most = std::max(most, memory.used());
  for (const auto& sender : senders) EXPECT_EQ(sender->size, 200'000u);
  EXPECT_EQ(tasks.running(), "");
  EXPECT_GT(most, kBound);
  EXPECT_LE(most, kBound + 200'000 + 16 * 1024) << "of one who is let past, and the last read of another";
}

TEST_F(FrameReaderTest, ReadsInSmallStepsWhileMemoryIsShort) {
  RequestMemory bounded({.bytes_max = 1'000'000});
  FrameReader bounded_reader(transport, pool, bounded, bounded.account_of("somebody"), 1'000'000);
  transport.stream = framed(std::string(900'000, 'x'));
  transport.piece = 600'000;
  ASSERT_TRUE(bounded_reader.next().run_inline());
  EXPECT_GT(transport.reads, (900'000 - 600'000 - 65'536) / 16'384);
}

// Another read would only say that there is nothing.
TEST_F(FrameReaderTest, WaitsBeforeItReadsAgainWhatItHasReadCompletely) {
  transport.stream = framed("some text");
  transport.piece = 5;
  ASSERT_TRUE(reader.next().run_inline());
  EXPECT_EQ(transport.reads, 3);
  EXPECT_EQ(transport.waits, 3);
}

TEST_F(FrameReaderTest, FindsTheSameFramesHoweverTheBytesArrive) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<std::string> bodies;
  for (int i = 0; i < 300; ++i) {
    bodies.emplace_back(random() % (i % 10 == 0 ? 200'000 : 3'000), static_cast<char>('a' + i % 26));
    transport.stream += framed(bodies.back());
  }
  transport.piece = 1 + random() % 70'000;

  for (const std::string& body : bodies) {
    const auto frame = reader.next().run_inline();
    ASSERT_TRUE(frame);
    ASSERT_EQ(as_text(frame->bytes), body);
  }
}

}  // namespace
}  // namespace muir::server
