#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "server/metadata/metadata_image.h"
#include "wire/base/check.h"

// Any bytes may be applied as records: each is taken or refused, and what has been taken can be written out and read
// again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muir;
  using namespace muir::server;
  ByteView input = std::as_bytes(std::span(data, size));
  MetadataImage image;
  MetadataChanges changes;
  while (input.size() >= 2) {
    const auto length = std::min<std::size_t>(load_big_endian<std::uint16_t>(input.data()), input.size() - 2);
    const auto applied = image.apply(input.subspan(2, length), changes);
    static_cast<void>(applied);
    input = input.subspan(2 + length);
  }
  if (!image.features.metadata_version() || *image.features.metadata_version() < kMetadataVersionMax) return 0;
  if (!image.features.is_elr_enabled()) return 0;
  MetadataImage again;
  for (const auto& frame : image.to_records()) CHECK(again.apply(frame, changes).has_value());
  CHECK(again.is_same_cluster(image));
  return 0;
}
