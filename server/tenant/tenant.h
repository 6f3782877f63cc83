#pragma once

#include <string_view>

#include "server/metadata/topic_name.h"

namespace muir::server {

// A group's id as it is stored, in the records of __consumer_offsets.
struct StoredGroupView {
  std::string_view id;

  explicit StoredGroupView(std::string_view i) : id(i) {}
};

// Whose names a connection speaks: turns what a client says into what is stored, and back.  Until there are virtual
// clusters every name is its own.  A value; views returned live as long as what they were made from.
class Tenant {
 public:
  StoredTopicView to_stored(std::string_view topic) const { return StoredTopicView{topic}; }
  std::string_view to_client(StoredTopicView topic) const { return topic.name; }

  StoredGroupView to_stored_group(std::string_view group) const { return StoredGroupView{group}; }
  std::string_view to_client(StoredGroupView group) const { return group.id; }
  bool owns(StoredGroupView) const { return true; }

  // Whether a stored topic is one of this tenant's.
  bool owns(StoredTopicView) const { return true; }
};

}  // namespace muir::server
