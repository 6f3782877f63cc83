#include "wire/codec/writer.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "wire/codec/reader.h"

namespace muir::wire {
namespace {

std::string hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<int>(byte) >> 4];
    text += kDigits[std::to_integer<int>(byte) & 15];
  }
  return text;
}

TEST(Writer, WritesBigEndianIntegers) {
  Writer writer;
  writer.write_int8(-1);
  writer.write_int16(0x0102);
  writer.write_int32(-2);
  writer.write_int64(256);
  EXPECT_EQ(hex(writer.bytes()), "ff0102fffffffe0000000000000100");
}

TEST(Writer, WritesWhatAReaderReads) {
  Writer writer;
  for (const std::int64_t value : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
                                   std::int64_t{63}, std::int64_t{64}, std::numeric_limits<std::int64_t>::max()})
    writer.write_varlong(value);
  for (const std::int32_t value :
       {std::numeric_limits<std::int32_t>::min(), -1, 0, 64, 8191, 8192, std::numeric_limits<std::int32_t>::max()})
    writer.write_varint(value);
  writer.write_float64(-0.5);

  Reader reader(writer.bytes());
  EXPECT_EQ(reader.read_varlong(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(reader.read_varlong(), -1);
  EXPECT_EQ(reader.read_varlong(), 0);
  EXPECT_EQ(reader.read_varlong(), 63);
  EXPECT_EQ(reader.read_varlong(), 64);
  EXPECT_EQ(reader.read_varlong(), std::numeric_limits<std::int64_t>::max());
  for (const std::int32_t value :
       {std::numeric_limits<std::int32_t>::min(), -1, 0, 64, 8191, 8192, std::numeric_limits<std::int32_t>::max()})
    EXPECT_EQ(reader.read_varint(), value);
  EXPECT_EQ(reader.read_float64(), -0.5);
  EXPECT_TRUE(reader.ok());
}

TEST(Writer, WritesLengthsInBothForms) {
  Writer writer;
  writer.write_string("ab", false);
  writer.write_string("ab", true);
  writer.write_bytes(as_bytes("c"), false);
  writer.write_bytes(as_bytes("c"), true);
  writer.write_null_string(false);
  writer.write_null_string(true);
  writer.write_null(false);
  writer.write_null(true);
  EXPECT_EQ(hex(writer.bytes()),
            "00026162"
            "036162"
            "0000000163"
            "0263"
            "ffff"
            "00"
            "ffffffff"
            "00");
}

TEST(Writer, RefusesAStringBeyond32767Bytes) {
  Writer longest;
  longest.write_string(std::string(32767, 'a'), false);
  Writer longer;
  longer.write_string(std::string(32768, 'a'), true);

  EXPECT_TRUE(longest.ok());
  EXPECT_EQ(longer.error(), Errc::length_out_of_range);
}

// A Fetch answer's records are file slices: the buffer holds what lies around them.
TEST(Writer, LeavesExternalRecordsOutOfItsBuffer) {
  Writer writer;
  writer.write_int8(1);
  writer.write_records(Records::external(1000, 7), false);
  writer.write_int8(2);

  EXPECT_EQ(hex(writer.bytes()), "01000003e802");
  EXPECT_EQ(writer.size(), 6u + 1000u);
  ASSERT_EQ(writer.externals().size(), 1u);
  EXPECT_EQ(writer.externals()[0].position, 5u);
  EXPECT_EQ(writer.externals()[0].size, 1000u);
  EXPECT_EQ(writer.externals()[0].token, 7u);
}

TEST(Writer, PatchesWhatItReserved) {
  Writer writer;
  const auto position = writer.reserve_int32();
  writer.write_int8(9);
  writer.patch_int32(position, 1);
  EXPECT_EQ(hex(writer.bytes()), "0000000109");
}

TEST(Writer, KeepsWhatWasWrittenWhileItGrowsAndMoves) {
  constexpr std::int32_t kIntegers = 300'000;
  Writer writer;
  for (std::int32_t i = 0; i < kIntegers; ++i) writer.write_int32(i);
  Writer moved;
  moved.write_int8(1);
  moved = std::move(writer);
  const Writer last = std::move(moved);

  Reader reader(last.bytes());
  for (std::int32_t i = 0; i < kIntegers; ++i) ASSERT_EQ(reader.read_int32(), i);
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(Writer, InsertsASizeBeforeWhatItMeasures) {
  Writer writer;
  writer.write_int8(1);
  const std::size_t begin = writer.bytes().size();
  writer.write_view(OwnedBytes(200));
  writer.insert_uvarint_size(begin);

  Reader reader(writer.bytes());
  EXPECT_EQ(reader.read_int8(), 1);
  EXPECT_EQ(reader.read_uvarint(), 200u);
  EXPECT_EQ(reader.remaining(), 200u);
}

}  // namespace
}  // namespace muir::wire
