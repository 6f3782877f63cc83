#include "wire/codec/reader.h"

#include <initializer_list>

#include <gtest/gtest.h>

namespace muir::wire {
namespace {

OwnedBytes bytes(std::initializer_list<int> values) {
  OwnedBytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

TEST(Reader, ReadsBigEndianIntegers) {
  const auto input = bytes({0xff, 0x01, 0x02, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0});
  Reader reader(input);

  EXPECT_EQ(reader.read_int8(), -1);
  EXPECT_EQ(reader.read_int16(), 0x0102);
  EXPECT_EQ(reader.read_int32(), std::int32_t{1} << 31);
  EXPECT_EQ(reader.read_int64(), 256);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(Reader, KeepsItsFirstFailureAndThenYieldsZeros) {
  const auto input = bytes({1, 2, 3});
  Reader reader(input);

  EXPECT_EQ(reader.read_int32(), 0);
  EXPECT_EQ(reader.read_int8(), 0);
  reader.fail(Errc::malformed_varint);

  EXPECT_EQ(reader.error(), Errc::truncated);
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(Reader, ReadsVarints) {
  const auto input = bytes({0x00, 0x7f, 0x80, 0x01, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x03, 0x01});
  Reader reader(input);

  EXPECT_EQ(reader.read_uvarint(), 0u);
  EXPECT_EQ(reader.read_uvarint(), 127u);
  EXPECT_EQ(reader.read_uvarint(), 128u);
  EXPECT_EQ(reader.read_uvarint(), 0xffffffffu);
  EXPECT_EQ(reader.read_varint(), -2);
  EXPECT_EQ(reader.read_varlong(), -1);
  EXPECT_TRUE(reader.ok());
}

TEST(Reader, RefusesAVarintOfMoreThanItsBits) {
  const auto five_bytes = bytes({0xff, 0xff, 0xff, 0xff, 0x10});
  const auto endless = bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80});
  Reader wide(five_bytes);
  Reader uvarint(endless);
  Reader varlong(endless);

  wide.read_uvarint();
  uvarint.read_uvarint();
  varlong.read_varlong();

  EXPECT_EQ(wide.error(), Errc::malformed_varint);
  EXPECT_EQ(uvarint.error(), Errc::malformed_varint);
  EXPECT_EQ(varlong.error(), Errc::malformed_varint);
}

TEST(Reader, CallsAVarintThatTheBytesEndInTruncated) {
  const auto input = bytes({0x80});
  Reader reader(input);

  reader.read_uvarint();

  EXPECT_EQ(reader.error(), Errc::truncated);
}

TEST(Reader, TakesEveryNegativeLengthForNull) {
  const auto input = bytes({0x80, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff});
  Reader reader(input);

  EXPECT_EQ(reader.read_string_length(false), Reader::kNull);
  EXPECT_EQ(reader.read_string_length(true), Reader::kNull);
  EXPECT_EQ(reader.read_bytes_length(false), Reader::kNull);
  EXPECT_TRUE(reader.ok());
}

TEST(Reader, RefusesALengthBeyondWhatRemains) {
  const auto input = bytes({0x00, 0x03, 'a', 'b'});
  Reader reader(input);

  reader.read_string_length(false);

  EXPECT_EQ(reader.error(), Errc::truncated);
}

TEST(Reader, RefusesAStringBeyond32767Bytes) {
  OwnedBytes input = bytes({0x81, 0x80, 0x02});  // 32769 - 1.
  input.resize(input.size() + 32768);
  Reader reader(input);

  reader.read_string_length(true);

  EXPECT_EQ(reader.error(), Errc::length_out_of_range);
}

TEST(Reader, RefusesACountWhoseElementsCannotFit) {
  const auto input = bytes({0, 0, 0, 3, 1, 1, 1, 1, 2, 2, 2, 2});
  Reader fits(input);
  Reader does_not(input);

  EXPECT_EQ(fits.read_count(false, 2, 8), 3);
  EXPECT_EQ(does_not.read_count(false, 4, 8), 0);
  EXPECT_EQ(does_not.error(), Errc::truncated);
}

// The limit on memory: kMemoryPerByte for each byte of input and kMemoryFree.
TEST(Reader, RefusesToBecomeFarLargerThanItsInput) {
  const OwnedBytes input(1000);
  constexpr std::size_t kLimit = 1000 * Reader::kMemoryPerByte + Reader::kMemoryFree;
  Reader reader(input);

  EXPECT_TRUE(reader.charge(kLimit));
  EXPECT_TRUE(reader.ok());
  EXPECT_FALSE(reader.charge(1));
  EXPECT_EQ(reader.error(), Errc::memory_limit);
  EXPECT_EQ(reader.memory_taken(), kLimit);
}

TEST(Reader, TakesNoMoreThanItsCallerAllows) {
  const OwnedBytes input(1000);
  Reader reader(input, 500);
  EXPECT_TRUE(reader.charge(500));
  EXPECT_FALSE(reader.charge(1));
  EXPECT_EQ(reader.error(), Errc::memory_limit);
}

}  // namespace
}  // namespace muir::wire
