#pragma once

#include <memory>
#include <vector>

#include "server/metadata/metadata_image.h"
#include "server/runtime/shard.h"

namespace muir::server {

// The newest image that each shard has been given.  A shard reads and replaces only its own entry, so that a request
// sees the cluster at one offset, and the same one as the partitions of its shard.
class MetadataCache {
 public:
  explicit MetadataCache(std::size_t shards) : images_(shards, std::make_shared<MetadataImage>()) {}

  // On the shard whose entry it is.
  const MetadataImagePtr& image() const { return images_[Shard::current()->id().value]; }
  void publish(MetadataImagePtr image) { images_[Shard::current()->id().value] = std::move(image); }

 private:
  std::vector<MetadataImagePtr> images_;
};

}  // namespace muir::server
