// What must hold of every message in every version, shown on sampled values.

#include <algorithm>
#include <functional>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "wire/codec/any_message.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/json.h"
#include "wire/codec/reader.h"
#include "wire/codec/sample_message.h"
#include "wire/codec/writer.h"
#include "wire/schema/registry.h"

namespace muir::wire {
namespace {

constexpr int kSamples = 10;      // Of each message in each version,
constexpr int kManySamples = 30;  // and for what comes back from its bytes.

struct Sample {
  AnyMessage message;
  std::int16_t version;
  OwnedBytes bytes;  // Its encoding.
};

void for_each_version(const std::function<void(const MessageTable&, std::int16_t version)>& check) {
  for (const MessageTable* table : all_messages())
    for (std::int16_t version = table->versions.min; version <= table->versions.max; ++version) {
      SCOPED_TRACE(std::string(table->name) + " version " + std::to_string(version));
      check(*table, version);
      if (testing::Test::HasFailure()) return;
    }
}

void for_each_sample(int count, bool unknown_tags, const std::function<void(const Sample&)>& check) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SampleMessages samples(seed);
  samples.unknown_tags = unknown_tags;
  for_each_version([&](const MessageTable& table, std::int16_t version) {
    for (int i = 0; i < count; ++i) {
      JsonStorage storage;
      Sample sample{AnyMessage(table), version, {}};
      samples.fill(table, version, storage, sample.message.get());
      Writer writer;
      const auto encoded = encode(table, writer, version, sample.message.get());
      ASSERT_TRUE(encoded) << encoded.error();
      sample.bytes = writer.take();
      check(sample);
    }
  });
}

bool same(const AnyMessage& a, const AnyMessage& b) { return detail::equal(*a.table().body, a.get(), b.get()); }

TEST(EveryMessage, DecodesToWhatWasEncoded) {
  for_each_sample(kManySamples, true, [](const Sample& sample) {
    AnyMessage again(sample.message.table());
    Reader reader(sample.bytes);
    const auto decoded = decode(again.table(), reader, sample.version, again.get());
    ASSERT_TRUE(decoded) << decoded.error();
    EXPECT_EQ(reader.remaining(), 0u);
    EXPECT_TRUE(same(again, sample.message));

    Writer writer;
    ASSERT_TRUE(encode(again.table(), writer, sample.version, again.get()));
    EXPECT_TRUE(std::ranges::equal(writer.bytes(), sample.bytes));
  });
}

TEST(EveryMessage, IsTheSameToItsEmittedCodecAndTheInterpreter) {
  int emitted = 0;
  for_each_sample(kSamples, true, [&](const Sample& sample) {
    const MessageTable& table = sample.message.table();
    ASSERT_EQ(table.read == nullptr, table.write == nullptr);
    if (table.read == nullptr) return;
    ++emitted;
    const detail::Context context{sample.version, table.is_flexible(sample.version)};
    Writer writer;
    detail::write_struct(writer, *table.body, context, sample.message.get());
    EXPECT_TRUE(std::ranges::equal(writer.bytes(), sample.bytes));

    AnyMessage again(table);
    Reader reader(sample.bytes);
    detail::read_struct(reader, *table.body, context, again.get());
    EXPECT_TRUE(reader.ok());
    EXPECT_TRUE(same(again, sample.message));
  });
  EXPECT_GT(emitted, 0);
}

TEST(EveryMessage, FailsCleanlyWhereverItIsCutOff) {
  for_each_sample(kSamples, true, [](const Sample& sample) {
    const std::size_t step = std::max<std::size_t>(1, sample.bytes.size() / 50);
    for (std::size_t size = 0; size < sample.bytes.size(); size += step) {
      AnyMessage again(sample.message.table());
      Reader reader(ByteView(sample.bytes).first(size));
      EXPECT_FALSE(decode(again.table(), reader, sample.version, again.get())) << "of " << size << " bytes";
    }
  });
}

TEST(EveryMessage, ComesBackFromJson) {
  for_each_sample(kSamples, false, [](const Sample& sample) {
    const MessageTable& table = sample.message.table();
    const auto json = to_json(table, sample.version, sample.message.get());
    ASSERT_TRUE(json) << json.error();
    AnyMessage again(table);
    JsonStorage storage;
    const auto read = from_json(table, sample.version, *json, storage, again.get());
    ASSERT_TRUE(read) << boost::json::serialize(*json);
    EXPECT_TRUE(same(again, sample.message)) << boost::json::serialize(*json);
  });
}

TEST(EveryMessage, EncodesItsDefaultsInEveryVersion) {
  for_each_version([](const MessageTable& table, std::int16_t version) {
    const AnyMessage message(table);
    Writer writer;
    const auto encoded = encode(table, writer, version, message.get());
    // Records default to null, which Produce and Fetch allow.
    ASSERT_TRUE(encoded) << encoded.error();
    EXPECT_GE(writer.size() + 1, table.body->bytes_min);
  });
}

void expect_in_proportion(const MessageTable& message, const StructTable& table) {
  for (const FieldTable& field : table.fields) {
    if (field.structure) expect_in_proportion(message, *field.structure);
    if (!field.array || !field.structure) continue;
    EXPECT_LE(field.array->element_size, field.structure->bytes_min * Reader::kMemoryPerByte)
        << message.name << "." << field.name;
  }
}

// So Errc::memory_limit never refuses a message: counts checked against the bytes that remain keep it small enough, and
// the limit would hold for a schema that broke this.
TEST(EveryMessage, DecodesWithinWhatAReaderAllowsForItsBytes) {
  for (const MessageTable* table : all_messages()) expect_in_proportion(*table, *table->body);
}

TEST(EveryMessage, HasNoVersionOutsideOfItsRange) {
  for (const MessageTable* table : all_messages()) {
    AnyMessage message(*table);
    Writer writer;
    Reader reader({});
    const auto above = static_cast<std::int16_t>(table->versions.max + 1);
    const auto below = static_cast<std::int16_t>(table->versions.min - 1);
    EXPECT_EQ(encode(*table, writer, above, message.get()).error(), Errc::unsupported_version) << table->name;
    EXPECT_EQ(decode(*table, reader, below, message.get()).error(), Errc::unsupported_version) << table->name;
  }
}

}  // namespace
}  // namespace muir::wire
