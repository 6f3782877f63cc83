// The first bytes choose a topic's settings and whether the CRC is made right; the rest is what a producer sent.  What
// is accepted must be a sound batch at the right offset; what is refused must be untouched.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "storage/log/record_validator.h"
#include "wire/base/check.h"
#include "wire/record/crc32c.h"

using namespace muir;
using namespace muir::storage;

namespace {

LogConfig config_of(unsigned choice) {
  LogConfig config{.max_decompressed_message_bytes = 1 << 20};
  if (choice % 6 < 5) config.compression = static_cast<wire::CompressionType>(choice % 6);
  config.cleanup_compact = choice & 0x40;
  if (choice & 0x80) config.message_timestamp_type = wire::TimestampType::log_append_time;
  return config;
}

// So that the fuzzer sees more than the check of the CRC.
void repair(MutableByteView records) {
  const auto batch = wire::BatchView::parse(records);
  if (batch) store_big_endian(records.data() + 17, batch->computed_crc());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static RecordValidator validator;
  const ByteView bytes = std::as_bytes(std::span(data + 2, size - 2));
  OwnedBytes records(bytes.begin(), bytes.end());
  if (data[1] & 1) repair(records);
  const OwnedBytes before = records;
  const AppendTarget target{.topic = "t",
                            .next_offset = Offset{77},
                            .leader_epoch = Epoch{3},
                            .now_ms = 1'700'000'000'000,
                            .from_client = !(data[1] & 2)};
  static_cast<void>(check_first_batch(records));
  static_cast<void>(check_produced_records(records, 9));
  const auto validated = validator.validate(records, config_of(data[0]), target);
  if (!validated) {
    CHECK(records == before);
    return 0;
  }
  const auto batch = wire::BatchView::parse(validated->bytes);
  CHECK(batch && batch->crc_is_valid() && batch->last_offset() == validated->last_offset);
  CHECK(validated->base_offset == Offset{77} && validated->last_offset >= validated->base_offset);
  return 0;
}
