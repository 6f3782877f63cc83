#include "wire/codec/typed_record.h"

#include <gtest/gtest.h>

#include "wire/schema/feature_level_record.h"
#include "wire/schema/offset_commit_key.h"
#include "wire/schema/offset_commit_value.h"

namespace muir::wire {
namespace {

// The worked example of docs/formats/typed-records.md.
TEST(TypedRecord, OfTheMetadataLogHasThreeVarintsBeforeItsBody) {
  const FeatureLevelRecord record{.name = "kraft", .feature_level = 1};
  Writer writer;
  ASSERT_TRUE(encode_metadata_record(writer, 0, record));
  const std::string_view expected("\x01\x0c\x00\x06kraft\x00\x01\x00", 12);
  EXPECT_EQ(as_text(writer.bytes()), expected);

  Reader reader(writer.bytes());
  const auto head = decode_metadata_record_head(reader);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->type, static_cast<std::uint32_t>(FeatureLevelRecord::kApiKey));
  FeatureLevelRecord again;
  ASSERT_TRUE(decode(reader, head->version, again));
  EXPECT_EQ(again, record);
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(TypedRecord, OfAnotherFrameVersionIsRefused) {
  for (const std::string_view frame : {std::string_view("\x00\x0c\x00", 3), std::string_view("\x02\x0c\x00", 3)}) {
    Reader reader(as_bytes(frame));
    EXPECT_EQ(decode_metadata_record_head(reader).error(), Errc::unknown_frame_version);
  }
  Reader empty({});
  EXPECT_EQ(decode_metadata_record_head(empty).error(), Errc::truncated);
  Reader version(as_bytes("\x01\x0c\x80\x80\x02"));  // 32768.
  EXPECT_EQ(decode_metadata_record_head(version).error(), Errc::unsupported_version);
}

TEST(TypedRecord, OfACoordinatorHasItsTypeInTheKeyAndItsVersionInTheValue) {
  Writer key;
  ASSERT_TRUE(encode_coordinator_key(key, OffsetCommitKey{.group = "g", .topic = "t", .partition = 2}));
  EXPECT_EQ(as_text(key.bytes()), std::string_view("\x00\x01\x00\x01g\x00\x01t\x00\x00\x00\x02", 12));

  const OffsetCommitValue value{.offset = 5, .metadata = "m", .commit_timestamp = 9};
  Writer writer;
  ASSERT_TRUE(encode_versioned(writer, 3, value));
  Reader reader(writer.bytes());
  OffsetCommitValue again;
  EXPECT_EQ(decode_versioned(reader, again).value(), 3);
  EXPECT_EQ(again, value);
}

TEST(TypedRecord, OfAVersionThatIsNotIsRefused) {
  OffsetCommitValue value;
  Reader reader(as_bytes("\x7f\xff"));
  EXPECT_EQ(decode_versioned(reader, value).error(), Errc::unsupported_version);
}

}  // namespace
}  // namespace muir::wire
