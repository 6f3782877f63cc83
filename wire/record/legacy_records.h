#pragma once

#include <memory>
#include <span>
#include <vector>

#include "wire/record/compression.h"
#include "wire/record/legacy_batch.h"
#include "wire/record/record.h"

namespace muir::wire {

// Reads the records of messages of formats 0 and 1, as Kafka 4 still does where it has to look inside: to find a time,
// or a key.  Offsets within a compressed message of format 1 are relative to its own, which is that of the last.
// Owner: one shard, or one worker of the pool; reused from message to message.
class LegacyRecordReader {
 public:
  // The message itself, or the messages in its value, oldest first, if that is compressed, to `bytes_max` bytes at
  // most.  Views into the message and into this object, until the next call.  Headers there are none; the timestamp is
  // -1 in format 0.  Fails with bad_record where Kafka would not read on, unknown_compression, or as Decompressor.
  Result<std::span<const RecordView>> read(const LegacyBatchView& message, std::size_t bytes_max);

 private:
  Result<void> read_inner(const LegacyBatchView& wrapper, ByteView messages);
  Result<void> make_offsets_absolute(Offset wrapper_offset);
  Result<ByteView> unfold(const LegacyBatchView& wrapper, ByteView compressed, std::size_t bytes_max);
  Result<ByteView> unfold_old_lz4(ByteView compressed, std::size_t bytes_max);

  Decompressor decompressor_;
  std::unique_ptr<DecompressionStream> old_lz4_;
  OwnedBytes old_lz4_bytes_;
  std::vector<RecordView> records_;
};

}  // namespace muir::wire
