#include "server/handlers/forward.h"

namespace muir::server {

using auth::Operation;

// Who may do it to the whole cluster need not be allowed to do it to the topic; only the latter's denial is worth a
// line.
bool RequestPermissions::may_create_topic(std::string_view topic) const {
  return may_cluster_quietly(Operation::CREATE) || may_topic(Operation::CREATE, topic);
}

// Who may delete everything may know of everything that he could delete.
bool RequestPermissions::may_describe_topic_to_delete(std::string_view topic) const {
  return may_cluster_quietly(Operation::DELETE) || may_topic(Operation::DESCRIBE, topic);
}

bool RequestPermissions::may_describe_topic_configs(std::string_view topic) const {
  const auth::Resource resource{auth::ResourceType::TOPIC, topic};
  return ctx_.may_in(*image_, Operation::DESCRIBE_CONFIGS, resource, AuditPurpose::filter);
}

bool RequestPermissions::may_delete_topic(std::string_view topic) const {
  return may_cluster_quietly(Operation::DELETE) || may_topic(Operation::DELETE, topic);
}

bool RequestPermissions::may_alter_topic(std::string_view topic) const { return may_topic(Operation::ALTER, topic); }

bool RequestPermissions::may_alter_configs(ConfigResourceType type, std::string_view name) const {
  constexpr auto kOperation = Operation::ALTER_CONFIGS;
  switch (type) {
    case ConfigResourceType::TOPIC:
      return may_topic(kOperation, name);
    case ConfigResourceType::GROUP:
      return may(kOperation, {auth::ResourceType::GROUP, name});
    default:
      return may(kOperation, auth::kCluster);
  }
}

}  // namespace muir::server
