// What it costs that a reader is given verified batches only (ADR 069): the fresh tail, a range that was verified and
// is still in memory, and one that is verified for the first time.
#include <filesystem>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "storage/disk/posix_disk.h"
#include "storage/log/log.h"
#include "wire/record/batch_builder.h"

namespace muir::storage {
namespace {

constexpr int kBatches = 256;
constexpr std::size_t kBatchBytes = 16 << 10;
constexpr std::uint64_t kFetchBytes = 1 << 20;

OwnedBytes make_batch() {
  wire::BatchBuilder builder(wire::BatchOptions{});
  const OwnedBytes value(kBatchBytes, std::byte{'v'});
  wire::NewRecord record;
  record.timestamp = 1;
  record.value = ByteView(value);
  if (!builder.append(record)) std::abort();
  return builder.build().value();
}

// A log of 4 MiB in a directory that goes with it.
struct Fixture {
  Fixture() : directory(std::filesystem::temp_directory_path() / ("verification-" + std::to_string(::getpid()))) {
    open();
    for (int i = 0; i < kBatches; ++i) {
      OwnedBytes batch = make_batch();
      if (!log->append_as_leader(batch, Epoch{0}).run_inline()) std::abort();
    }
    log->set_high_watermark(log->log_end_offset());
  }
  ~Fixture() {
    log.reset();
    std::filesystem::remove_all(directory);
  }
  // As after a clean stop: nothing is known of the bytes.
  void reopen() {
    if (!log->close().run_inline()) std::abort();
    log.reset();
    open();
    log->set_high_watermark(log->log_end_offset());
  }
  void open() {
    LogOpenParams params;
    params.directory = (directory / "t-0").string();
    params.clean_shutdown = true;
    params.recovery_point = Offset{log ? kBatches : 0};
    log = Log::open(disk, params, clock).value();
  }
  std::uint64_t read(int from) {
    const auto slice = log->read(Offset{from}, kFetchBytes, true, log->log_end_offset()).get();
    return slice ? slice->bytes.size_bytes : 0;
  }

  std::filesystem::path directory;
  PosixDisk disk;
  ManualClock clock{1'700'000'000'000};
  std::unique_ptr<Log> log;
};

void BM_FreshTail(benchmark::State& state) {
  Fixture fixture;
  for (auto _ : state) benchmark::DoNotOptimize(fixture.read(kBatches - 1));
}

void BM_FreshMebibyte(benchmark::State& state) {
  Fixture fixture;
  std::uint64_t bytes = 0;
  for (auto _ : state) bytes += fixture.read(100);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

void BM_VerifiedMebibyte(benchmark::State& state) {
  Fixture fixture;
  fixture.clock.advance(std::chrono::minutes(1));
  std::uint64_t bytes = 0;
  for (auto _ : state) bytes += fixture.read(100);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

void BM_UnverifiedMebibyte(benchmark::State& state) {
  Fixture fixture;
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    fixture.reopen();
    state.ResumeTiming();
    bytes += fixture.read(100);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

BENCHMARK(BM_FreshTail);
BENCHMARK(BM_FreshMebibyte);
BENCHMARK(BM_VerifiedMebibyte);
BENCHMARK(BM_UnverifiedMebibyte)->Iterations(200);

}  // namespace
}  // namespace muir::storage
