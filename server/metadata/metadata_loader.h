#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "server/metadata/metadata_changes.h"
#include "server/metadata/metadata_image.h"
#include "wire/base/bytes.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"

namespace muir::server {

// One committed batch of the metadata log; the frames are views into it.
struct MetadataBatch {
  Offset base_offset;
  Epoch epoch;
  std::int64_t timestamp_ms = 0;
  std::span<const ByteView> records;  // The values, in offset order without gaps.
};

// Turns committed batches into images.  A metadata transaction (KIP-868) becomes visible as a whole or not at all:
// between Begin and End the image that subscribers see stays where it was.  Owner: the thread that reads the metadata
// log.
class MetadataLoader {
 public:
  // Called with each new image and what has changed since the one before.
  using Publish = std::function<void(MetadataImagePtr image, const MetadataChanges& changes)>;

  explicit MetadataLoader(Publish publish);

  // load() applies a committed batch, flush() publishes what load() has applied: read a run of batches, flush once.  A
  // Begin publishes what precedes it.  Fails with a MetadataErrc: the process must stop.
  Result<> load(const MetadataBatch& batch);
  void flush();

  // Replaces everything by a snapshot that ends before `end_offset`, its records in order, and publishes it.
  Result<> load_snapshot(Offset end_offset, Epoch epoch, std::int64_t timestamp_ms, std::span<const ByteView> records);

  // What was published last; never null.
  const MetadataImagePtr& image() const { return published_; }
  bool is_in_transaction() const { return before_transaction_.has_value(); }

 private:
  struct Progress {
    MetadataImage image;
    MetadataChanges changes;
  };

  Result<> apply(ByteView frame);

  Publish publish_;
  MetadataImagePtr published_;
  Progress now_;
  std::optional<Progress> before_transaction_;
};

}  // namespace muir::server
