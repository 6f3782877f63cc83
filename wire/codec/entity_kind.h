#pragma once

#include <cstdint>
#include <string_view>

namespace muir::wire {

// What a field names: the third word of a field in wire/schema.  The generator refuses a string, uuid, bytes or id
// field without one, so that no message can carry a name past those who rename, restrict or hide it (tenancy,
// proxying).
enum class EntityKind : std::uint8_t {
  opaque,  // Names nothing that a cluster shares: free text, secrets, ids within one group or session.
  topic_name,
  topic_id,
  topic_regex,  // An RE2J pattern over topic names (KIP-848).
  group,        // Id of a consumer, share or streams group.
  transactional_id,
  transactional_id_regex,  // An RE2J pattern (KIP-1152).
  producer_id,   // Unique in the cluster.  Also lies under the CRC of record batches, where no one may rename it.
  node_id,       // Of a broker or controller.
  directory_id,  // Of a log directory (KIP-858), or of a voter (KIP-853).
  log_dir,       // A path on a broker.
  cluster_id,
  host,  // Where a broker or controller listens: what a proxy must replace by itself.
  port,
  principal,       // `User:alice`.
  principal_name,  // `alice`; its type stands beside it or is User.
  token_id,        // Of a delegation token.
  client_id,
  client_host,     // Where a client is, as text.
  client_address,  // Where a client is, as 4 or 16 bytes.
  client_port,
  acl_host,              // `*` or the address that an ACL is about.
  error_message,         // For people; may quote any of these.
  acl_resource_name,     // Selector: the ACL's resource type.
  config_resource_name,  // Selector: the config resource type; the name of a broker is its node id in decimal.
  quota_entity_name,     // Selector: `user`, `client-id` or `ip`.
  coordinator_key,       // Selector: the key type, group, transaction or share; a response leaves it to its request.
  member_subscription,   // Selector: the group's protocol type; of `consumer`, a ConsumerProtocolSubscription.
  member_assignment,     // Selector: likewise, a ConsumerProtocolAssignment.
  embedded_request,      // A whole request, header and body (KIP-590).
  embedded_response,
  embedded_principal,  // int16 version and DefaultPrincipalData, unless a principal builder says otherwise.
};

// As in the schema files.
std::string_view name(EntityKind kind);

}  // namespace muir::wire
