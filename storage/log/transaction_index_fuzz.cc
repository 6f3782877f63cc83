// A transaction index with hostile bytes: it is called corrupt, or answers, is cut and grows like any other.
#include <cstddef>
#include <cstdint>

#include "storage/disk/faulty_disk.h"
#include "storage/log/transaction_index.h"

using namespace muir;
using namespace muir::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = "/d/00000000000000000000.txnindex";
  FaultyDisk disk;
  CHECK(disk.create_directory("/d").get());
  const ByteView input = std::as_bytes(std::span(data, size));
  disk.put(path, OwnedBytes(input.begin(), input.end()));

  TransactionIndex index(disk, path, Offset{0});
  if (!index.load().run_inline()) return 0;
  CHECK(index.size() == size / AbortedTxn::kBytes);
  const Offset last = index.last() ? index.last()->last_offset : Offset{0};
  const Offset middle{last.value / 2};
  const auto found = index.collect(middle, last).run_inline();
  CHECK(found && found->txns.size() <= index.size());
  CHECK(index.truncate_to(middle).run_inline());
  CHECK(!index.last() || index.last()->last_offset < middle);
  if (!index.reaches(middle)) CHECK(index.append({ProducerId{1}, middle, middle, middle}));
  CHECK(index.sync().run_inline());

  const std::size_t entries = index.size();
  CHECK(index.load().run_inline());
  CHECK(index.size() == entries);
  return 0;
}
