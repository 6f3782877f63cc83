#include <benchmark/benchmark.h>

#include "wire/record/crc32c.h"

namespace muir::wire {
namespace {

template <auto crc>
void checksum(benchmark::State& state) {
  const OwnedBytes bytes(static_cast<std::size_t>(state.range(0)), std::byte{0x5a});
  for (auto _ : state) benchmark::DoNotOptimize(crc(bytes, 0));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

BENCHMARK(checksum<crc32c>)->Name("crc32c")->Arg(100)->Arg(1'000)->Arg(16'384)->Arg(1 << 20);
BENCHMARK(checksum<crc32c_portable>)->Name("crc32c_portable")->Arg(1'000)->Arg(1 << 20);

}  // namespace
}  // namespace muir::wire
