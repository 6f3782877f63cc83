#pragma once

// Batches for the tests of this folder, and a Log on a disk in memory.

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "storage/disk/faulty_disk.h"
#include "storage/log/log.h"
#include "wire/record/batch_builder.h"

namespace muir::storage::testing {

inline constexpr std::int64_t kTestTime = 1'700'000'000'000;

struct BatchSpec {
  int records = 1;
  std::int64_t timestamp = kTestTime;  // Of the first record; each further one is a millisecond later.
  std::size_t value_bytes = 10;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
  bool is_transactional = false;
  std::int64_t base_offset = 0;
  std::int32_t leader_epoch = -1;
  wire::CompressionType compression = wire::CompressionType::none;
};

inline OwnedBytes make_batch(const BatchSpec& spec) {
  wire::BatchOptions options;
  options.base_offset = Offset{spec.base_offset};
  options.leader_epoch = Epoch{spec.leader_epoch};
  options.compression = {spec.compression, {}};
  options.producer_id = ProducerId{spec.producer_id};
  options.producer_epoch = spec.producer_epoch;
  options.base_sequence = spec.base_sequence;
  options.is_transactional = spec.is_transactional;
  wire::BatchBuilder builder(options);
  const std::string value(spec.value_bytes, 'v');
  for (int i = 0; i < spec.records; ++i) {
    wire::NewRecord record;
    record.timestamp = spec.timestamp + i;
    record.value = as_bytes(value);
    EXPECT_TRUE(builder.append(record));
  }
  return builder.build().value();
}

// A commit or abort marker, as a transaction coordinator writes it.
inline OwnedBytes make_marker(std::int64_t producer_id, std::int16_t epoch, bool is_abort, std::int64_t base_offset,
                              std::int32_t coordinator_epoch = 0) {
  wire::BatchOptions options;
  options.base_offset = Offset{base_offset};
  options.leader_epoch = Epoch{0};
  options.producer_id = ProducerId{producer_id};
  options.producer_epoch = epoch;
  options.is_transactional = true;
  options.is_control = true;
  OwnedBytes key(4), value(6);
  store_big_endian<std::int16_t>(key.data() + 2, is_abort ? 0 : 1);
  store_big_endian<std::int32_t>(value.data() + 2, coordinator_epoch);
  wire::BatchBuilder builder(options);
  EXPECT_TRUE(builder.append({kTestTime, ByteView(key), ByteView(value), {}}));
  return builder.build().value();
}

inline std::string error_text(const Error& error) { return error.message(); }

// One partition in memory, opened, crashed and opened again at will.
struct LogBench {
  explicit LogBench(std::uint64_t seed = 0) : clock(kTestTime), disk(seed, clock) {
    EXPECT_TRUE(disk.create_directory("/data").get());
  }

  Result<std::unique_ptr<Log>> try_open(bool clean = false) {
    LogOpenParams params;
    params.directory = "/data/t-0";
    params.config = config;
    params.clean_shutdown = clean;
    params.recovery_point = recovery_point;
    params.log_start_offset = log_start_offset;
    return Log::open(disk, params, clock);
  }
  void open(bool clean = false) {
    auto opened = try_open(clean);
    ASSERT_TRUE(opened) << error_text(opened.error());
    log = std::move(*opened);
    log->set_high_watermark(log->log_end_offset());
    recovery_point = std::min(recovery_point, log->recovery_point());  // As LogLoading does it.
  }
  // As a broker does it: everything synced, the checkpoints with it.
  void close() {
    ASSERT_TRUE(log->close().run_inline());
    checkpoint();
    log.reset();
  }
  void checkpoint() {
    recovery_point = log->recovery_point();
    log_start_offset = log->log_start_offset();
  }
  void crash() {
    log.reset();
    disk.crash();
  }

  Result<AppendInfo> append(const BatchSpec& spec, AppendOrigin origin = AppendOrigin::client) {
    OwnedBytes bytes = make_batch(spec);
    auto info = log->append_as_leader(bytes, leader_epoch, origin).run_inline();
    if (info && log->flush_is_due()) {
      const auto flushed = log->flush().run_inline();
      if (!flushed) return flushed.error();
    }
    if (info) log->set_high_watermark(log->log_end_offset());
    return info;
  }
  Result<AppendInfo> replicate(const OwnedBytes& bytes, Epoch epoch = Epoch{100}) {
    auto info = log->append_as_follower(bytes, epoch).run_inline();
    if (info) log->set_high_watermark(log->log_end_offset());
    return info;
  }
  Result<OwnedBytes> read(Offset from, std::uint64_t bytes_max = 1 << 30, bool at_least_one = true,
                          Offset upper_bound = Offset{1LL << 60}) {
    auto slice = log->read(from, bytes_max, at_least_one, upper_bound).get();
    if (!slice) return slice.error();
    OwnedBytes bytes(slice->bytes.size_bytes);
    if (bytes.empty()) return bytes;
    const auto count = slice->bytes.file->read(slice->bytes.position, bytes).get();
    if (!count) return count.error();
    EXPECT_EQ(*count, bytes.size());
    return bytes;
  }

  ManualClock clock;
  FaultyDisk disk;
  LogConfig config;
  Offset recovery_point{0};
  Offset log_start_offset{0};
  Epoch leader_epoch{0};
  std::unique_ptr<Log> log;
};

}  // namespace muir::storage::testing
