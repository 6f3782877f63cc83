#include "wire/codec/frame.h"

#include <gtest/gtest.h>

namespace muir::wire {
namespace {

constexpr std::size_t kMax = 10;

OwnedBytes frame_of(std::int32_t size, std::string_view content) {
  OwnedBytes bytes(kFrameSizeBytes);
  store_big_endian(bytes.data(), size);
  const ByteView view = as_bytes(content);
  bytes.insert(bytes.end(), view.begin(), view.end());
  return bytes;
}

TEST(Frame, IsTakenWhenItIsComplete) {
  const OwnedBytes bytes = frame_of(3, "abcd");
  ByteView unread = bytes;

  const auto frame = take_frame(unread, kMax);

  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ(as_text(**frame), "abc");
  EXPECT_EQ(as_text(unread), "d");
}

TEST(Frame, IsAwaitedWhileAnyOfItIsMissing) {
  const OwnedBytes bytes = frame_of(3, "abc");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteView unread = ByteView(bytes).first(size);
    const auto frame = take_frame(unread, kMax);
    ASSERT_TRUE(frame) << size;
    EXPECT_FALSE(*frame) << size;
    EXPECT_EQ(unread.size(), size);
  }
}

TEST(Frame, MayBeEmpty) {
  const OwnedBytes bytes = frame_of(0, "");
  ByteView unread = bytes;

  const auto frame = take_frame(unread, kMax);

  ASSERT_TRUE(frame && *frame);
  EXPECT_TRUE((*frame)->empty());
  EXPECT_TRUE(unread.empty());
}

TEST(Frame, MayBeAsLargeAsTheLimitAndNoLarger) {
  const OwnedBytes largest = frame_of(10, "0123456789");
  const OwnedBytes larger = frame_of(11, "");
  ByteView largest_unread = largest;
  ByteView larger_unread = larger;

  EXPECT_TRUE(*take_frame(largest_unread, kMax));
  EXPECT_EQ(take_frame(larger_unread, kMax).error(), Errc::frame_size_invalid);
}

TEST(Frame, OfNegativeSizeIsRefused) {
  const OwnedBytes bytes = frame_of(-1, "");
  EXPECT_EQ(peek_frame_size(bytes, kMax).error(), Errc::frame_size_invalid);
}

TEST(Frame, WrittenSaysItsSizeWithItsExternals) {
  Writer writer;
  writer.write_int8(1);  // Of an earlier frame.
  FrameWriter frame(writer);
  writer.write_records(Records::external(100, 0), false);
  ASSERT_TRUE(frame.finish());

  EXPECT_EQ(load_big_endian<std::int32_t>(writer.bytes().data() + 1), 104);
}

}  // namespace
}  // namespace muir::wire
