// The emitted codec against the interpreter (ADR 010), on a Fetch answer of 100 partitions without records.

#include <benchmark/benchmark.h>

#include "wire/codec/interpreter.h"
#include "wire/codec/reader.h"
#include "wire/codec/table.h"
#include "wire/codec/writer.h"
#include "wire/schema/fetch_response.h"

namespace muir::wire {
namespace {

constexpr std::int16_t kVersion = 12;
constexpr std::size_t kPartitions = 100;

FetchResponse make_response() {
  FetchResponse response;
  response.responses.push_back({.topic = "orders"});
  auto& partitions = response.responses[0].partitions;
  partitions.resize(kPartitions);
  for (auto& partition : partitions) partition.records = Records::of({});
  return response;
}

OwnedBytes encoded() {
  Writer writer;
  (void)encode(writer, kVersion, make_response());
  return writer.take();
}

void decode_emitted(benchmark::State& state) {
  const OwnedBytes bytes = encoded();
  for (auto _ : state) {
    FetchResponse response;
    Reader reader(bytes);
    FetchResponse::table().read(reader, kVersion, &response);
    benchmark::DoNotOptimize(response);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPartitions));
}
BENCHMARK(decode_emitted);

void decode_interpreted(benchmark::State& state) {
  const OwnedBytes bytes = encoded();
  for (auto _ : state) {
    FetchResponse response;
    Reader reader(bytes);
    detail::read_struct(reader, *FetchResponse::table().body, {kVersion, true}, &response);
    benchmark::DoNotOptimize(response);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPartitions));
}
BENCHMARK(decode_interpreted);

void encode_emitted(benchmark::State& state) {
  const FetchResponse response = make_response();
  Writer writer;
  for (auto _ : state) {
    writer.clear();
    FetchResponse::table().write(writer, kVersion, &response);
    benchmark::DoNotOptimize(writer.bytes().data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPartitions));
}
BENCHMARK(encode_emitted);

void encode_interpreted(benchmark::State& state) {
  const FetchResponse response = make_response();
  Writer writer;
  for (auto _ : state) {
    writer.clear();
    detail::write_struct(writer, *FetchResponse::table().body, {kVersion, true}, &response);
    benchmark::DoNotOptimize(writer.bytes().data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPartitions));
}
BENCHMARK(encode_interpreted);

}  // namespace
}  // namespace muir::wire
