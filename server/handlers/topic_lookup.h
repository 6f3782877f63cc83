#pragma once

#include <optional>
#include <string_view>

#include "server/handlers/request_context.h"
#include "server/metadata/metadata_image.h"
#include "server/replica/topic_id_partition.h"

namespace muir::server {

// The partition that a request names, as the image knows it; nothing if there is none.
inline std::optional<PartitionKey> find_partition(const TopicImage* topic, std::int32_t index) {
  if (topic == nullptr || topic->partition(PartitionId{index}) == nullptr) return std::nullopt;
  return PartitionKey{topic->id, PartitionId{index}};
}

}  // namespace muir::server
