// A partition's directory with hostile files: opening it ends with a Log that works, or with an error.
#include <cstddef>
#include <cstdint>

#include "storage/disk/faulty_disk.h"
#include "storage/log/log.h"

using namespace muir;
using namespace muir::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const ManualClock clock;
  FaultyDisk disk(0, clock);
  CHECK(disk.create_directory("/d/t-0").get());
  const ByteView input = std::as_bytes(std::span(data, size));
  // The first bytes say how the rest is cut into files.
  const std::size_t log_bytes = (size - 4) * data[0] / 255;
  const std::size_t index_bytes = (size - 4 - log_bytes) * data[1] / 255;
  const auto put = [&](const std::string& name, ByteView bytes) {
    disk.put("/d/t-0/" + name, OwnedBytes(bytes.begin(), bytes.end()));
  };
  ByteView rest = input.subspan(4);
  put("00000000000000000000.log", rest.first(log_bytes));
  rest = rest.subspan(log_bytes);
  put("00000000000000000000.index", rest.first(index_bytes));
  put("00000000000000000000.timeindex", rest.first(index_bytes));
  put((data[2] & 1) != 0 ? "00000000000000000001.snapshot" : "leader-epoch-checkpoint", rest.subspan(index_bytes));
  if ((data[2] & 4) != 0) put("00000000000000000000.txnindex", rest.subspan(index_bytes));

  LogOpenParams params;
  params.directory = "/d/t-0";
  params.clean_shutdown = (data[2] & 2) != 0;
  const auto log = Log::open(disk, params, clock);
  if (!log) return 0;
  (void)(*log)->read((*log)->log_start_offset(), 1000, true, (*log)->log_end_offset()).get();
  (void)(*log)->read(Offset{(*log)->log_end_offset().value / 2}, 100, false, (*log)->log_end_offset()).get();
  (void)(*log)->offset_for_timestamp(1000).run_inline();
  (void)(*log)->offset_of_max_timestamp().run_inline();
  (void)(*log)->aborted_transactions((*log)->log_start_offset(), (*log)->log_end_offset()).run_inline();
  (void)(*log)->truncate_to(Offset{(*log)->log_end_offset().value / 2}).run_inline();
  (void)(*log)->close().run_inline();
  return 0;
}
