// Every small file of a log directory that is read back; what is understood survives being written again.
#include <cstddef>
#include <cstdint>

#include "storage/log/clean_shutdown_file.h"
#include "storage/log/leader_epochs.h"
#include "storage/log/meta_properties.h"
#include "storage/log/offset_checkpoint.h"
#include "storage/log/partition_metadata.h"
#include "storage/log/producer_snapshots.h"

using namespace muir;
using namespace muir::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  const std::string_view text = as_text(bytes);
  if (const auto checkpoint = parse_offset_checkpoint(text)) {
    CHECK(*parse_offset_checkpoint(format_offset_checkpoint(*checkpoint)) == *checkpoint);
  }
  if (const auto epochs = LeaderEpochs::parse(text)) {
    CHECK(LeaderEpochs::parse(epochs->format())->entries() == epochs->entries());
  }
  if (const auto topic_id = parse_partition_metadata(text)) {
    CHECK(*parse_partition_metadata(format_partition_metadata(*topic_id)) == *topic_id);
  }
  if (const auto properties = parse_meta_properties(text)) (void)format_meta_properties(*properties);
  (void)parse_clean_shutdown(text);
  (void)decode_producer_snapshot(bytes);
  return 0;
}
