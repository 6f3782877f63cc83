#pragma once

#include <string_view>

#include "server/metadata/config_resource.h"

namespace muir::server {

// What the sender of a request may do.  The controller asks while it decides, because Kafka's order of checks mixes
// permission with existence; the pipeline answers out of the ACLs.  By default everything is allowed.
class Permissions {
 public:
  virtual ~Permissions() = default;
  virtual bool may_create_topic(std::string_view) const { return true; }  // CREATE on the cluster or on the topic.
  virtual bool may_describe_topic_to_delete(std::string_view) const {
    return true;
  }  // DELETE on the cluster, or DESCRIBE.
  virtual bool may_describe_topic_configs(std::string_view) const { return true; }
  virtual bool may_delete_topic(std::string_view) const { return true; }  // DELETE on the cluster or on the topic.
  virtual bool may_alter_topic(std::string_view) const { return true; }
  virtual bool may_alter_configs(ConfigResourceType, std::string_view) const { return true; }
};

}  // namespace muir::server
