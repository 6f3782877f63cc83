#include "wire/record/compression.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "wire/record/xxhash32.h"

namespace muir::wire {
namespace {

constexpr CompressionType kCodecs[] = {CompressionType::gzip, CompressionType::snappy, CompressionType::lz4,
                                       CompressionType::zstd};

OwnedBytes compressed(Compression compression, std::string_view plain) {
  OwnedBytes out;
  EXPECT_TRUE(compress(compression, as_bytes(plain), out));
  return out;
}

OwnedBytes concat(OwnedBytes a, ByteView b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Error error_of(CompressionType type, ByteView bytes, std::size_t bytes_max = 1 << 20) {
  Decompressor decompressor;
  const auto plain = decompressor.read_all(type, bytes, bytes_max);
  return plain ? Error{} : plain.error();
}

std::string plain_of(CompressionType type, ByteView bytes) {
  Decompressor decompressor;
  const auto plain = decompressor.read_all(type, bytes, std::size_t{64} << 20);
  EXPECT_TRUE(plain) << plain.error();
  return plain ? std::string(as_text(*plain)) : std::string();
}

std::string noise(std::size_t size) {
  std::mt19937 random(7);
  std::string text(size, 0);
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

TEST(Compression, EveryLevelComesBack) {
  const std::string text = noise(70'000) + std::string(200'000, 'z');
  for (const int level : {-1, 1, 9})
    EXPECT_EQ(plain_of(CompressionType::gzip, compressed({CompressionType::gzip, level}, text)), text);
  for (const int level : {1, 9, 10, 17})
    EXPECT_EQ(plain_of(CompressionType::lz4, compressed({CompressionType::lz4, level}, text)), text);
  for (const int level : {-131072, 1, 3, 19})
    EXPECT_EQ(plain_of(CompressionType::zstd, compressed({CompressionType::zstd, level}, text)), text);
}

TEST(Compression, ADecompressorIsReusedAcrossCodecsAndAfterErrors) {
  Decompressor decompressor;
  const std::string text(100'000, 'q');
  for (int round = 0; round < 3; ++round)
    for (const auto type : kCodecs) {
      const OwnedBytes bytes = compressed({type, {}}, text);
      EXPECT_FALSE(decompressor.read_all(type, ByteView(bytes).first(bytes.size() - 6), 1 << 20));
      const auto plain = decompressor.read_all(type, bytes, 1 << 20);
      ASSERT_TRUE(plain) << static_cast<int>(type);
      EXPECT_EQ(as_text(*plain), text);
    }
}

TEST(Compression, EveryTruncationIsRefusedOrShorter) {
  const std::string text = noise(500) + std::string(40'000, 'a');
  for (const auto type : kCodecs) {
    const OwnedBytes bytes = compressed({type, {}}, text);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      Decompressor decompressor;
      const auto plain = decompressor.read_all(type, ByteView(bytes).first(size), 1 << 20);
      if (plain) {
        EXPECT_LT(plain->size(), text.size()) << static_cast<int>(type) << " " << size;
      }
    }
  }
}

TEST(Compression, ABombStopsAtTheLimit) {
  const std::string zeroes(std::size_t{8} << 20, '\0');
  for (const auto type : kCodecs) {
    const OwnedBytes bomb = compressed({type, {}}, zeroes);
    EXPECT_LT(bomb.size(), zeroes.size() / 15);
    EXPECT_EQ(error_of(type, bomb, zeroes.size() - 1), RecordErrc::decompressed_too_large);
    EXPECT_EQ(error_of(type, bomb, zeroes.size()), Error{}) << "the limit itself is allowed";
  }
}

TEST(Compression, AnAnnouncedSizeAllocatesNothingThatTheBytesCannotFill) {
  const auto four_gigabytes = as_bytes(std::string_view("\xff\xff\xff\xff\x0f\x00", 6));  // A bare snappy block.
  EXPECT_EQ(error_of(CompressionType::snappy, four_gigabytes, std::size_t{1} << 40), RecordErrc::bad_compressed_data);
}

// As Java's GZIPInputStream.
TEST(Gzip, MembersFollowEachOtherAndGarbageBehindThemIsIgnored) {
  const OwnedBytes one = compressed({CompressionType::gzip, {}}, "one "),
                   two = compressed({CompressionType::gzip, {}}, "two");
  EXPECT_EQ(plain_of(CompressionType::gzip, concat(one, two)), "one two");
  EXPECT_EQ(plain_of(CompressionType::gzip, concat(one, as_bytes("no member, but long enough for one"))), "one ");
}

// As snappy-java, which is what Kafka reads snappy with.
TEST(Snappy, ReadsBareBlocksAndStreamsInARow) {
  const auto bare = as_bytes(std::string_view("\x05\x10hello", 7));
  EXPECT_EQ(plain_of(CompressionType::snappy, bare), "hello");
  EXPECT_EQ(error_of(CompressionType::snappy, concat({bare.begin(), bare.end()}, as_bytes("xx"))),
            RecordErrc::bad_compressed_data);
  const OwnedBytes one = compressed({CompressionType::snappy, {}}, "one "),
                   two = compressed({CompressionType::snappy, {}}, "two");
  EXPECT_EQ(plain_of(CompressionType::snappy, concat(one, two)), "one two");
  EXPECT_EQ(plain_of(CompressionType::snappy, concat(one, OwnedBytes(3))), "one ") << "three bytes are no size";
  EXPECT_EQ(error_of(CompressionType::snappy, concat(one, OwnedBytes(4))), RecordErrc::bad_compressed_data);
}

TEST(Lz4, RefusesFramesThatKafkaRefuses) {
  OwnedBytes frame = compressed({CompressionType::lz4, {}}, "some text");
  EXPECT_EQ(plain_of(CompressionType::lz4, concat(frame, as_bytes("garbage"))), "some text");
  const auto with_flags = [&](unsigned flags, unsigned sizes) {
    OwnedBytes other = frame;
    other[4] = std::byte(flags), other[5] = std::byte(sizes);
    other[6] = std::byte(xxhash32(ByteView(other).subspan(4, 2)) >> 8);
    return other;
  };
  EXPECT_EQ(error_of(CompressionType::lz4, with_flags(0x60, 0x70)), Error{}) << "4 MiB blocks";
  EXPECT_EQ(error_of(CompressionType::lz4, with_flags(0x40, 0x40)), RecordErrc::bad_compressed_data) << "linked blocks";
  EXPECT_EQ(error_of(CompressionType::lz4, with_flags(0x61, 0x40)), RecordErrc::bad_compressed_data) << "a dictionary";
  EXPECT_EQ(error_of(CompressionType::lz4, with_flags(0x60, 0x30)), RecordErrc::bad_compressed_data) << "16 KiB blocks";
  frame[6] ^= std::byte{1};
  EXPECT_EQ(error_of(CompressionType::lz4, frame), RecordErrc::bad_compressed_data) << "the header's checksum";
}

TEST(XxHash32, GivesThePublishedValues) {
  EXPECT_EQ(xxhash32({}), 0x02cc5d05u);
  EXPECT_EQ(xxhash32(as_bytes("abc")), 0x32d153ffu);
  EXPECT_EQ(xxhash32(as_bytes("Nobody inspects the spammish repetition")), 0xe2293b2fu);
}

TEST(Zstd, FramesFollowEachOther) {
  const OwnedBytes one = compressed({CompressionType::zstd, {}}, "one "),
                   two = compressed({CompressionType::zstd, {}}, "two");
  EXPECT_EQ(plain_of(CompressionType::zstd, concat(one, two)), "one two");
  EXPECT_EQ(error_of(CompressionType::zstd, concat(one, as_bytes("garbage"))), RecordErrc::bad_compressed_data);
  EXPECT_EQ(plain_of(CompressionType::zstd, {}), "");
}

}  // namespace
}  // namespace muir::wire
