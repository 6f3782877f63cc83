#include "server/handlers/forward.h"

namespace muir::server {

using auth::Operation;

bool RequestPermissions::may_create_topic(std::string_view topic) const {
  return ctx_.may_cluster(Operation::CREATE) || ctx_.may_topic(Operation::CREATE, StoredTopicView{topic});
}

bool RequestPermissions::may_describe_topic(std::string_view topic) const {
  return ctx_.may_topic(Operation::DESCRIBE, StoredTopicView{topic});
}

bool RequestPermissions::may_describe_topic_configs(std::string_view topic) const {
  return ctx_.may_topic(Operation::DESCRIBE_CONFIGS, StoredTopicView{topic});
}

bool RequestPermissions::may_delete_topic(std::string_view topic) const {
  return ctx_.may_cluster(Operation::DELETE) || ctx_.may_topic(Operation::DELETE, StoredTopicView{topic});
}

bool RequestPermissions::may_alter_topic(std::string_view topic) const {
  return ctx_.may_topic(Operation::ALTER, StoredTopicView{topic});
}

bool RequestPermissions::may_alter_configs(ConfigResourceType type, std::string_view name) const {
  constexpr auto kOperation = Operation::ALTER_CONFIGS;
  switch (type) {
    case ConfigResourceType::TOPIC:
      return ctx_.may_topic(kOperation, StoredTopicView{name});
    case ConfigResourceType::GROUP:
      return ctx_.may(kOperation, {auth::ResourceType::GROUP, name});
    default:
      return ctx_.may_cluster(kOperation);
  }
}

}  // namespace muir::server
