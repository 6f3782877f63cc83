#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "compat-tests/differential/batches.h"
#include "compat-tests/differential/hex.h"
#include "wire/record/batch.h"
#include "wire/record/batch_builder.h"
#include "wire/record/crc32c.h"

namespace muir::compat {
namespace {

namespace json = boost::json;

// 2023-11-14: old enough to be no time of today, and retention by time looks only after some minutes.
constexpr std::int64_t kTimestamp = 1'700'000'000'000;

constexpr std::array<std::string_view, 5> kCodecs{"none", "gzip", "snappy", "lz4", "zstd"};

struct HeaderField {
  std::string_view name;
  std::size_t at;
  std::size_t bytes;
};

constexpr std::array<HeaderField, 12> kHeader{{{"baseOffset", 0, 8},
                                               {"length", 8, 4},
                                               {"leaderEpoch", 12, 4},
                                               {"magic", 16, 1},
                                               {"attributes", 21, 2},
                                               {"lastOffsetDelta", 23, 4},
                                               {"baseTimestamp", 27, 8},
                                               {"maxTimestamp", 35, 8},
                                               {"producerId", 43, 8},
                                               {"producerEpoch", 51, 2},
                                               {"baseSequence", 53, 4},
                                               {"count", 57, 4}}};
constexpr std::size_t kCrcAt = 17;

class BatchWriter {
 public:
  BatchWriter(const json::object& batch, std::string& complaint) : batch_(batch), complaint_(complaint) {}

  std::optional<OwnedBytes> write() {
    wire::BatchBuilder builder(options());
    if (const json::value* records = batch_.if_contains("records"); records && records->is_array())
      for (const json::value& record : records->get_array()) add(builder, record);
    if (!complaint_.empty()) return std::nullopt;
    auto built = builder.build();
    if (!built) return fail("the batch cannot be built");
    OwnedBytes bytes = std::move(*built);
    if (const json::value* raw = batch_.if_contains("raw")) patch(bytes, raw->as_object());
    if (!complaint_.empty()) return std::nullopt;
    return bytes;
  }

 private:
  std::nullopt_t fail(std::string complaint) {
    if (complaint_.empty()) complaint_ = std::move(complaint);
    return std::nullopt;
  }

  std::int64_t number(std::string_view name, std::int64_t otherwise) const {
    const json::value* value = batch_.if_contains(name);
    return value && value->is_int64() ? value->get_int64() : otherwise;
  }

  bool flag(std::string_view name) const {
    const json::value* value = batch_.if_contains(name);
    return value && value->is_bool() && value->get_bool();
  }

  // A broker forgets producers by the timestamps of their records, so that those of idempotent batches are of now.
  std::int64_t default_timestamp() const {
    if (number("producerId", -1) < 0) return kTimestamp;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }

  wire::BatchOptions options() {
    wire::BatchOptions options;
    options.base_offset = Offset{number("baseOffset", 0)};
    options.leader_epoch = Epoch{static_cast<std::int32_t>(number("leaderEpoch", -1))};
    options.producer_id = ProducerId{number("producerId", -1)};
    options.producer_epoch = static_cast<std::int16_t>(number("producerEpoch", -1));
    options.base_sequence = static_cast<std::int32_t>(number("baseSequence", -1));
    options.is_transactional = flag("transactional");
    options.is_control = flag("control");
    if (const json::value* codec = batch_.if_contains("codec"); codec && codec->is_string()) {
      const auto found = std::ranges::find(kCodecs, std::string_view(codec->get_string()));
      if (found == kCodecs.end()) fail(fmt::format("no codec {}", std::string(codec->get_string())));
      options.compression.type = static_cast<wire::CompressionType>(found - kCodecs.begin());
    }
    return options;
  }

  wire::NullableBytes bytes(const json::object& record, std::string_view name) {
    const json::value* value = record.if_contains(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (value->is_string()) return as_bytes(value->get_string());
    if (const json::object* object = value->if_object(); object && object->contains("$hex"))
      return kept_.emplace_back(*from_hex(object->at("$hex").as_string()));
    if (const json::object* object = value->if_object(); object && object->contains("repeat")) {
      const auto size = static_cast<std::size_t>(object->at("repeat").as_int64());
      return kept_.emplace_back(OwnedBytes(size, std::byte{'x'}));
    }
    fail(fmt::format("{} is neither text nor bytes", name));
    return std::nullopt;
  }

  void add(wire::BatchBuilder& builder, const json::value& json) {
    const json::object* object = json.if_object();
    if (object == nullptr) return void(fail("a record is {key: ..., value: ...}"));
    wire::NewRecord record;
    const json::value* timestamp = object->if_contains("timestamp");
    record.timestamp = timestamp && timestamp->is_int64() ? timestamp->get_int64() : default_timestamp();
    record.key = bytes(*object, "key");
    record.value = bytes(*object, "value");
    std::vector<wire::RecordHeader> headers;
    if (const json::value* given = object->if_contains("headers"); given && given->is_object())
      for (const auto& header : given->get_object())
        headers.push_back({header.key(), bytes(given->get_object(), header.key())});
    record.headers = headers;
    if (!builder.append(record)) fail("the batch is full");
  }

  void patch(OwnedBytes& batch, const json::object& raw) {
    for (const auto& member : raw) {
      if (member.key() == "crc") continue;
      const auto field = std::ranges::find(kHeader, std::string_view(member.key()), &HeaderField::name);
      if (field == kHeader.end()) return void(fail(fmt::format("a batch has no {}", std::string(member.key()))));
      store(batch, *field, member.value().as_int64());
    }
    const auto rest = ByteView(batch).subspan(21);
    store_big_endian(batch.data() + kCrcAt, wire::BatchView::parse(batch)
                                                ? wire::BatchView::parse(batch)->computed_crc()
                                                : wire::crc32c(rest));
    if (const json::value* crc = raw.if_contains("crc"))
      store_big_endian(batch.data() + kCrcAt, static_cast<std::uint32_t>(crc->as_int64()));
  }

  static void store(OwnedBytes& batch, const HeaderField& field, std::int64_t value) {
    for (std::size_t i = 0; i < field.bytes; ++i)
      batch[field.at + i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * (field.bytes - 1 - i)));
  }

  const json::object& batch_;
  std::string& complaint_;
  std::deque<OwnedBytes> kept_;
};

}  // namespace

std::optional<OwnedBytes> write_batches(const json::value& value, std::string& complaint) {
  if (value.is_string()) {
    const ByteView text = as_bytes(value.get_string());
    return OwnedBytes(text.begin(), text.end());
  }
  if (const json::array* array = value.if_array()) {
    OwnedBytes all;
    for (const json::value& element : *array) {
      const auto one = write_batches(element, complaint);
      if (!one) return std::nullopt;
      all.insert(all.end(), one->begin(), one->end());
    }
    return all;
  }
  const json::object* object = value.if_object();
  if (object && object->contains("$hex")) return from_hex(object->at("$hex").as_string());
  if (object) return BatchWriter(*object, complaint).write();
  complaint = "records are a batch, an array of batches, a text or 0x...";
  return std::nullopt;
}

}  // namespace muir::compat
