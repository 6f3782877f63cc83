// What a broker pays to look at every record of a batch.
#include <benchmark/benchmark.h>

#include "wire/record/batch_builder.h"
#include "wire/record/record.h"
#include "wire/record/record_summary.h"

namespace muir::wire {
namespace {

OwnedBytes batch_of_64_kib(std::size_t value_bytes) {
  const OwnedBytes value(value_bytes, std::byte{7});
  BatchBuilder builder({});
  while (builder.size_bytes() < 64 * 1024) {
    if (!builder.append({.timestamp = 0, .key = {}, .value = value, .headers = {}})) break;
  }
  return *builder.build();
}

void walk_records(benchmark::State& state) {
  const OwnedBytes bytes = batch_of_64_kib(static_cast<std::size_t>(state.range(0)));
  const auto batch = BatchView::parse(bytes);
  for (auto _ : state) {
    RecordReader reader(*batch, batch->records());
    RecordView record;
    while (reader.has_next()) {
      if (!reader.next(record)) return state.SkipWithError("the records are bad");
      benchmark::DoNotOptimize(record);
    }
  }
  state.SetItemsProcessed(state.iterations() * batch->record_count());
}
BENCHMARK(walk_records)->Arg(10)->Arg(100)->Arg(1024);

void summarize(benchmark::State& state) {
  const OwnedBytes bytes = batch_of_64_kib(static_cast<std::size_t>(state.range(0)));
  const auto batch = BatchView::parse(bytes);
  for (auto _ : state) {
    auto found = summarize_records(*batch);
    if (!found) return state.SkipWithError("the records are bad");
    benchmark::DoNotOptimize(found);
  }
  state.SetItemsProcessed(state.iterations() * batch->record_count());
}
BENCHMARK(summarize)->Arg(10)->Arg(100)->Arg(1024);

}  // namespace
}  // namespace muir::wire
