#pragma once

#include "server/metadata/topic_name.h"

namespace muir::server {

// Topics that Kafka keeps for itself; clients may read them but not write to them.
inline bool is_internal_topic(StoredTopicView topic) {
  return topic.name == "__consumer_offsets" || topic.name == "__transaction_state" ||
         topic.name == "__share_group_state";
}

}  // namespace muir::server
