#include "server/net/outbox.h"

#include <filesystem>
#include <random>

#include <gtest/gtest.h>

#include "server/net/errc.h"
#include "server/net/peer_by_hand.h"
#include "storage/disk/posix_disk.h"

namespace muir::server {
namespace {

// A peer that counts the calls to the system.
class CountingPeer final : public Transport {
 public:
  std::string received;
  std::size_t room = SIZE_MAX;     // What it takes in all,
  std::size_t at_once = SIZE_MAX;  // and with one call.
  int calls = 0;

  Result<std::size_t> try_read(MutableByteView) override { return NetErrc::would_block; }
  Result<std::size_t> try_write(std::span<const iovec> pieces) override {
    std::string bytes;
    for (const iovec& piece : pieces) bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    return take(bytes);
  }
  Result<std::size_t> try_send_file(int fd, std::int64_t position, std::size_t size) override {
    std::string bytes(size, '\0');
    const ssize_t count = ::pread(fd, bytes.data(), size, position);
    if (count <= 0) return NetErrc::file_ended;
    bytes.resize(static_cast<std::size_t>(count));
    return take(bytes);
  }
  Task<Result<>> wait_readable() override { co_return ok(); }
  Task<Result<>> wait_writable() override { co_return ok(); }
  bool is_closed_by_peer() override { return false; }
  void close() override {}

 private:
  Result<std::size_t> take(const std::string& bytes) {
    ++calls;
    const std::size_t count = std::min({bytes.size(), room, at_once});
    if (count == 0) return NetErrc::would_block;
    received.append(bytes, 0, count);
    room -= count;
    return count;
  }
};

struct OutboxTest : ::testing::Test {
  storage::PosixDisk disk;
  std::filesystem::path path = ::testing::TempDir() + "outbox_test." + std::to_string(::getpid());
  storage::FilePtr file;
  CountingPeer peer;
  Outbox outbox;
  std::string expected;

  void SetUp() override {
    file = *disk.open(path, storage::OpenMode::replace).get();
    const std::string letters = "abcdefghijklmnopqrstuvwxyz";
    const ByteView parts[] = {as_bytes(letters)};
    ASSERT_TRUE(file->write(0, parts).get());
  }
  void TearDown() override { std::filesystem::remove(path); }

  // As an Answers does it where everything is in memory.
  Result<std::size_t> send() {
    std::size_t left = 0;
    for (;;) {
      const auto sent = outbox.send(peer);
      if (!sent) return sent.error();
      left += *sent;
      if (!outbox.unread_range()) return left;
      outbox.range_was_read();
    }
  }

  // An answer of pieces; one that begins with '@' is so many bytes of the file.
  void push(const std::vector<std::string>& pieces) {
    Answer answer;
    std::string body;
    for (const std::string& piece : pieces) {
      if (piece.front() != '@') {
        answer.writer.write_view(as_bytes(piece));
        body += piece;
        continue;
      }
      const auto size = static_cast<std::uint64_t>(piece.size() - 1);
      answer.slices.push_back({file, 0, size});
      answer.writer.write_records(wire::Records::external(size, static_cast<std::uint32_t>(answer.slices.size() - 1)),
                                  false);
      body += std::string("\0\0\0", 3) + static_cast<char>(size) + std::string("abcdefghijklmnopqrstuvwxyz", size);
    }
    std::string size(4, '\0');
    store_big_endian(reinterpret_cast<std::byte*>(size.data()), static_cast<std::int32_t>(body.size()));
    expected += size + body;
    outbox.push(std::move(answer));
  }
};

TEST_F(OutboxTest, ManyAnswersLeaveWithOneCall) {
  for (int i = 0; i < 20; ++i) push({"answer " + std::to_string(i)});
  EXPECT_EQ(*send(), 20u);
  EXPECT_EQ(peer.calls, 1);
  EXPECT_EQ(peer.received, expected);
  EXPECT_TRUE(outbox.is_empty());
}

TEST_F(OutboxTest, AnAnswerThatIsLargeLeavesInPieces) {
  push({std::string(2 * Outbox::kPieceBytes + 1, 'm')});
  push({"next"});
  for (const std::size_t sent : {1, 2}) {
    EXPECT_EQ(*outbox.send(peer), 0u);
    EXPECT_EQ(peer.received.size(), sent * Outbox::kPieceBytes + 4);
    EXPECT_TRUE(outbox.was_interrupted());
  }
  EXPECT_EQ(*outbox.send(peer), 2u);
  EXPECT_FALSE(outbox.was_interrupted());
  EXPECT_EQ(peer.received, expected);
}

TEST_F(OutboxTest, MemoryBehindASliceLeavesWithWhatFollows) {
  push({"head", "@......", "tail"});
  push({"next"});
  EXPECT_EQ(*send(), 2u);
  EXPECT_EQ(peer.calls, 3) << "memory, the slice, and memory of both";
  EXPECT_EQ(peer.received, expected);
}

TEST_F(OutboxTest, SaysHowManyHaveLeftAndKeepsTheRest) {
  push({"first"});
  push({"second"});
  peer.room = 4 + 5 + 4 + 3;
  EXPECT_EQ(*send(), 1u);
  EXPECT_FALSE(outbox.is_empty());
  EXPECT_EQ(outbox.bytes_sent(), 16u);
  EXPECT_EQ(*send(), 0u);
  peer.room = SIZE_MAX;
  EXPECT_EQ(*send(), 1u);
  EXPECT_EQ(peer.received, expected);
}

TEST_F(OutboxTest, AnEmptySliceIsPassedOver) {
  push({"head", "@", "tail"});
  push({"only", "@"});
  EXPECT_EQ(*send(), 2u);
  EXPECT_EQ(peer.received, expected);
}

TEST_F(OutboxTest, ClearingForgetsWhatWasHalfSent) {
  push({"first"});
  push({"second"});
  peer.room = 3;
  EXPECT_EQ(*send(), 0u);
  EXPECT_EQ(outbox.clear(), 2u);
  peer = {};
  expected.clear();
  push({"third"});
  EXPECT_EQ(*send(), 1u);
  EXPECT_EQ(peer.received, expected);
}

TEST_F(OutboxTest, SendsNoByteOfAFileThatWasNotMadeResident) {
  push({"head", "@......", "tail"});
  EXPECT_EQ(*outbox.send(peer), 0u);
  EXPECT_EQ(peer.received.size(), 4u + 4 + 4) << "the size, the head, and the slice's length";
  const auto range = outbox.unread_range();
  ASSERT_TRUE(range);
  EXPECT_EQ(range->size_bytes, 6u);
  outbox.range_was_read();
  EXPECT_FALSE(outbox.unread_range());
  EXPECT_EQ(*outbox.send(peer), 1u);
  EXPECT_EQ(peer.received, expected);
}

TEST_F(OutboxTest, ComesOutByteExactHoweverLittleIsTakenAndWhenever) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::minstd_rand random(seed);
  std::size_t left = 0, pushed = 0;
  for (int i = 0; i < 3000; ++i) {
    if (random() % 3 == 0) {
      std::vector<std::string> pieces{"x"};
      for (auto n = random() % 5; n > 0; --n) {
        pieces.push_back((random() % 2 == 0 ? "@" : "m") + std::string(random() % 20, '.'));
      }
      push(pieces);
      ++pushed;
    }
    peer.room = random() % 40;
    peer.at_once = 1 + random() % 20;
    const auto sent = send();
    ASSERT_TRUE(sent) << sent.error();
    left += *sent;
    ASSERT_EQ(peer.received, expected.substr(0, peer.received.size()));
    ASSERT_EQ(outbox.is_empty(), left == pushed);
  }
  peer.room = SIZE_MAX;
  left += *send();
  EXPECT_EQ(left, pushed);
  EXPECT_EQ(peer.received, expected);
}

}  // namespace
}  // namespace muir::server
