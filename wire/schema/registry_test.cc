#include "wire/schema/registry.h"

#include <gtest/gtest.h>

#include "wire/codec/reader.h"
#include "wire/codec/writer.h"
#include "wire/schema/fetch_request.h"
#include "wire/schema/fetch_response.h"

namespace muir::wire {
namespace {

TEST(Registry, KnowsEveryMessageOfKafka431) {
  int versions = 0;
  for (const MessageTable* message : all_messages()) versions += message->versions.max - message->versions.min + 1;

  EXPECT_EQ(all_messages().size(), 272u);
  EXPECT_EQ(versions, 728);
}

TEST(Registry, RoundTripsAFetch) {
  FetchRequest request;
  request.topics.push_back(
      {.topic = "orders", .partitions = {{.partition = 3, .fetch_offset = 7, .partition_max_bytes = 9}}});
  Writer writer;
  ASSERT_TRUE(encode(writer, 12, request));
  Reader reader(writer.bytes());
  FetchRequest again;
  ASSERT_TRUE(decode(reader, 12, again));
  EXPECT_EQ(reader.remaining(), 0u);
  EXPECT_EQ(again, request);
}

}  // namespace
}  // namespace muir::wire
