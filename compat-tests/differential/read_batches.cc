#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "compat-tests/differential/batches.h"
#include "compat-tests/differential/hex.h"
#include "wire/record/batch.h"
#include "wire/record/compression.h"
#include "wire/record/record.h"

namespace muir::compat {
namespace {

namespace json = boost::json;

constexpr std::size_t kUnfoldedBytesMax = std::size_t{64} << 20;

json::value nullable(const wire::NullableBytes& bytes) {
  if (!bytes) return nullptr;
  return json::string(readable(*bytes));
}

json::object record(const wire::RecordView& from) {
  json::object json{{"offset", from.offset.value}, {"timestamp", from.timestamp}};
  json["key"] = nullable(from.key);
  json["value"] = nullable(from.value);
  for (const wire::RecordHeader& header : from.headers) {
    if (!json.contains("headers")) json["headers"] = json::object();
    json["headers"].as_object()[header.key] = nullable(header.value);
  }
  return json;
}

json::value records(const wire::BatchView& batch) {
  wire::Decompressor decompressor;
  const auto unfolded = decompressor.read_all(batch.compression(), batch.records(), kUnfoldedBytesMax);
  if (!unfolded) return "cannot be decompressed";
  json::array all;
  wire::RecordReader reader(batch, *unfolded);
  while (reader.has_next()) {
    wire::RecordView view;
    if (!reader.next(view)) {
      all.push_back("garbage");
      break;
    }
    all.push_back(record(view));
  }
  return all;
}

json::value batch(ByteView bytes) {
  const auto view = wire::BatchView::parse(bytes);
  if (!view) return json::string("0x" + to_hex(bytes));
  json::object json{{"baseOffset", view->base_offset().value},   {"lastOffsetDelta", view->last_offset_delta()},
                    {"leaderEpoch", view->leader_epoch().value}, {"attributes", view->attributes()},
                    {"crcIsValid", view->crc_is_valid()},        {"baseTimestamp", view->base_timestamp()},
                    {"maxTimestamp", view->max_timestamp()}};
  if (view->has_producer_id()) {
    json["producerId"] = view->producer_id().value;
    json["producerEpoch"] = view->producer_epoch();
    json["baseSequence"] = view->base_sequence();
  }
  json["records"] = records(*view);
  return json;
}

}  // namespace

json::value read_batches(ByteView bytes) {
  json::array all;
  wire::BatchWalker walker(bytes);
  for (;;) {
    const auto step = walker.next();
    if (!step) {
      all.push_back(json::string("0x" + to_hex(bytes.subspan(walker.position()))));
      return all;
    }
    if (!*step) break;
    all.push_back(batch((*step)->bytes));
  }
  if (walker.ended_torn())
    all.push_back(json::string(fmt::format("{} bytes of a batch", bytes.size() - walker.position())));
  return all;
}

}  // namespace muir::compat
