#pragma once

#include <string_view>

#include "server/metadata/topic_name.h"

namespace muir::server {

// Whose names a connection speaks: turns what a client says into what is stored, and back.  Until there are virtual
// clusters every name is its own.  A value; views returned live as long as what they were made from.
class Tenant {
 public:
  StoredTopicView to_stored(std::string_view topic) const { return StoredTopicView{topic}; }
  std::string_view to_client(StoredTopicView topic) const { return topic.name; }

  // Whether a stored topic is one of this tenant's.
  bool owns(StoredTopicView) const { return true; }
};

}  // namespace muir::server
