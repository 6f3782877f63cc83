#include "wire/codec/entity_kind.h"

namespace muir::wire {

std::string_view name(EntityKind kind) {
  switch (kind) {
    case EntityKind::opaque:
      return "opaque";
    case EntityKind::topic_name:
      return "topic_name";
    case EntityKind::topic_id:
      return "topic_id";
    case EntityKind::topic_regex:
      return "topic_regex";
    case EntityKind::group:
      return "group";
    case EntityKind::transactional_id:
      return "transactional_id";
    case EntityKind::transactional_id_regex:
      return "transactional_id_regex";
    case EntityKind::producer_id:
      return "producer_id";
    case EntityKind::node_id:
      return "node_id";
    case EntityKind::directory_id:
      return "directory_id";
    case EntityKind::log_dir:
      return "log_dir";
    case EntityKind::cluster_id:
      return "cluster_id";
    case EntityKind::host:
      return "host";
    case EntityKind::port:
      return "port";
    case EntityKind::principal:
      return "principal";
    case EntityKind::principal_name:
      return "principal_name";
    case EntityKind::token_id:
      return "token_id";
    case EntityKind::client_id:
      return "client_id";
    case EntityKind::client_host:
      return "client_host";
    case EntityKind::client_address:
      return "client_address";
    case EntityKind::client_port:
      return "client_port";
    case EntityKind::acl_host:
      return "acl_host";
    case EntityKind::error_message:
      return "error_message";
    case EntityKind::acl_resource_name:
      return "acl_resource_name";
    case EntityKind::config_resource_name:
      return "config_resource_name";
    case EntityKind::quota_entity_name:
      return "quota_entity_name";
    case EntityKind::coordinator_key:
      return "coordinator_key";
    case EntityKind::member_subscription:
      return "member_subscription";
    case EntityKind::member_assignment:
      return "member_assignment";
    case EntityKind::embedded_request:
      return "embedded_request";
    case EntityKind::embedded_response:
      return "embedded_response";
    case EntityKind::embedded_principal:
      return "embedded_principal";
  }
  return "unknown";
}

}  // namespace muir::wire
