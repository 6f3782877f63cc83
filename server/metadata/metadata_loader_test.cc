#include "server/metadata/metadata_loader.h"

#include <vector>

#include <gtest/gtest.h>

#include "server/metadata/errc.h"
#include "server/metadata/record_stream.h"
#include "wire/schema/abort_transaction_record.h"
#include "wire/schema/begin_transaction_record.h"
#include "wire/schema/end_transaction_record.h"

namespace muir::server {
namespace {

OwnedBytes topic(std::string_view name, std::uint64_t id) {
  wire::TopicRecord record;
  record.name = name;
  record.topic_id = Uuid::from_halves(0, id);
  return frame_of(record);
}

// A loader, and what it has published.
struct Reader {
  std::vector<MetadataImagePtr> images;
  std::vector<MetadataChanges> changes;
  MetadataLoader loader{[this](MetadataImagePtr image, const MetadataChanges& what) {
    images.push_back(std::move(image));
    changes.push_back(what);
  }};
  Offset next{0};

  Result<> read(const std::vector<OwnedBytes>& frames) {
    const std::vector<ByteView> views(frames.begin(), frames.end());
    const auto loaded = loader.load({next, Epoch{1}, 5, views});
    next = next + static_cast<std::int64_t>(frames.size());
    loader.flush();
    return loaded;
  }
  bool sees(std::string_view name) const { return loader.image()->topics.find(StoredTopicView{name}) != nullptr; }
};

TEST(MetadataLoader, PublishesWhatABatchChanged) {
  Reader reader;

  ASSERT_TRUE(reader.read({topic("a", 101), topic("b", 102)}));

  ASSERT_EQ(reader.images.size(), 1u);
  EXPECT_EQ(reader.images[0]->last_offset, Offset{1});
  EXPECT_EQ(reader.images[0]->last_epoch, Epoch{1});
  EXPECT_EQ(reader.changes[0].created_topics.size(), 2u);
}

TEST(MetadataLoader, ShowsATransactionOnlyWhenItHasEnded) {
  Reader reader;
  ASSERT_TRUE(reader.read({topic("a", 101), frame_of(wire::BeginTransactionRecord()), topic("b", 102)}));
  ASSERT_TRUE(reader.read({topic("c", 103)}));
  EXPECT_TRUE(reader.sees("a"));
  EXPECT_FALSE(reader.sees("b"));
  EXPECT_FALSE(reader.sees("c"));

  ASSERT_TRUE(reader.read({frame_of(wire::EndTransactionRecord())}));

  EXPECT_TRUE(reader.sees("b"));
  EXPECT_TRUE(reader.sees("c"));
  ASSERT_EQ(reader.changes.size(), 2u);
  EXPECT_EQ(reader.changes[1].created_topics.size(), 2u);
}

TEST(MetadataLoader, ForgetsATransactionThatWasAborted) {
  Reader reader;
  ASSERT_TRUE(reader.read({topic("a", 101), frame_of(wire::BeginTransactionRecord()), topic("b", 102)}));

  ASSERT_TRUE(reader.read({frame_of(wire::AbortTransactionRecord()), topic("c", 103)}));

  EXPECT_FALSE(reader.sees("b"));
  EXPECT_TRUE(reader.sees("c"));
  EXPECT_EQ(reader.loader.image()->last_offset, Offset{4});
}

TEST(MetadataLoader, RefusesTransactionsThatDoNotNestAsKafkaWritesThem) {
  EXPECT_EQ(Reader().read({frame_of(wire::EndTransactionRecord())}).error(), MetadataErrc::no_transaction);
  EXPECT_EQ(Reader().read({frame_of(wire::AbortTransactionRecord())}).error(), MetadataErrc::no_transaction);
  EXPECT_EQ(Reader().read({frame_of(wire::BeginTransactionRecord()), frame_of(wire::BeginTransactionRecord())}).error(),
            MetadataErrc::nested_transaction);
}

TEST(MetadataLoader, ReplacesEverythingByASnapshot) {
  Reader reader;
  ASSERT_TRUE(reader.read({topic("a", 101), topic("b", 102)}));
  const std::vector<OwnedBytes> frames{topic("b", 102), topic("c", 103)};
  const std::vector<ByteView> snapshot(frames.begin(), frames.end());

  ASSERT_TRUE(reader.loader.load_snapshot(Offset{50}, Epoch{3}, 9, snapshot));

  EXPECT_FALSE(reader.sees("a"));
  EXPECT_TRUE(reader.sees("c"));
  EXPECT_EQ(reader.loader.image()->last_offset, Offset{49});
  const auto& changes = reader.changes.back();
  EXPECT_TRUE(changes.is_snapshot);
  EXPECT_EQ(changes.created_topics, std::set<Uuid>{Uuid::from_halves(0, 103)});
  EXPECT_TRUE(changes.deleted_topics.contains(Uuid::from_halves(0, 101)));
}

}  // namespace
}  // namespace muir::server
