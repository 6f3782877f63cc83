#include <cstdint>

#include "server/quorum/snapshot_file.h"
#include "wire/base/check.h"

// Hostile snapshots are refused or understood; what was understood can be written and read again.  The CRC is left as
// it is found, so the corpus should begin with whole snapshots.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto snapshot = muir::server::parse_snapshot(bytes);
  if (!snapshot) return 0;
  const auto batches = muir::server::build_snapshot(*snapshot, {muir::Offset{1}, muir::Epoch{1}}, 0);
  CHECK(batches);
  muir::OwnedBytes again;
  for (const auto& batch : *batches) again.insert(again.end(), batch.begin(), batch.end());
  const auto reread = muir::server::parse_snapshot(again);
  CHECK(reread && reread->records == snapshot->records);
  return 0;
}
