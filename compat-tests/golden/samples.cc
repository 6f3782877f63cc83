// Prints messages for Apache Kafka's own serializers to judge: `golden_samples SEED COUNT`.
// A line each: schema, version, whether it carries unknown tags, bytes in hex, Kafka's JSON, the same without records.
// Before it is printed, each has been read back by our own codec, and encodes to the same bytes again.
#include <cstdlib>
#include <string>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "wire/codec/any_message.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/json.h"
#include "wire/codec/sample_message.h"
#include "wire/codec/writer.h"
#include "wire/schema/by_name.h"
#include "wire/schema/registry.h"

namespace {

using namespace muir;
using namespace muir::wire;

std::string hex(ByteView bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<int>(byte));
  return text;
}

// False when our own codec contradicts itself.
bool print_sample(const MessageTable& table, std::int16_t version, SampleMessages& samples, bool all_defaults) {
  JsonStorage storage;
  AnyMessage message(table);
  if (!all_defaults) samples.fill(table, version, storage, message.get());
  Writer writer;
  const auto encoded = encode(table, writer, version, message.get());
  const auto again = encoded ? reencode(table.name, version, writer.bytes()) : Result<OwnedBytes>(encoded.error());
  if (!again || hex(*again) != hex(writer.bytes())) {
    fmt::print(stderr, "{} version {} does not survive our own codec: {}\n", table.name, version, hex(writer.bytes()));
    return false;
  }
  const auto json = to_json(table, version, message.get());
  const auto without_records = to_json(table, version, message.get(), JsonRecords::none);
  if (!json || !without_records) return false;
  fmt::print("{}\t{}\t{}\t{}\t{}\t{}\n", table.name, version, samples.unknown_tags ? "tags" : "plain",
             hex(writer.bytes()), boost::json::serialize(*json), boost::json::serialize(*without_records));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  SampleMessages samples(std::strtoull(argv[1], nullptr, 10));
  const int count = std::atoi(argv[2]);
  bool is_sound = true;
  for (const MessageTable* table : all_messages()) {
    for (std::int16_t version = table->versions.min; version <= table->versions.max; ++version) {
      for (int i = 0; i < count; ++i) {
        samples.unknown_tags = i % 4 == 3 && table->is_flexible(version);
        is_sound &= print_sample(*table, version, samples, i == 0);
      }
    }
  }
  return is_sound ? 0 : 1;
}
