#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "auth/acl/authorizer.h"
#include "server/config/broker_config.h"
#include "server/runtime/shard.h"
#include "wire/base/clock.h"

namespace muir::server {

class AuditLog;
class AutoTopicCreation;
class ClientQuotaManager;
class ControllerService;
class MetadataCache;
class HostedReplicas;
class Fetcher;
class GroupCoordinator;
class LogManager;
class MetadataPublisher;
class CurrentTls;
class Pool;
class ProducerIds;
class ReplicaManager;
class TokenCredentials;

// The parts of the process that handlers call.  Built once at start, outlives every connection; each part says on which
// shard it may be used.
struct Services {
  const BrokerConfig& config;
  const std::string& cluster_id;
  const Clock& clock;
  const auth::Authorizer& authorizer;
  AuditLog& audit;
  std::atomic<std::int16_t> kraft_version{0};       // Finalized level; 1 once voters stand in the log (KIP-853).
  std::atomic<std::int32_t> active_controller{-1};  // Node id of the quorum's leader; -1 unknown.
  std::vector<Shard*> shards;                       // Data shards, by id.
  Shard& controller_shard;
  MetadataCache& metadata;
  ControllerService& controller;  // Owner: controller_shard.
  MetadataPublisher& publisher;
  HostedReplicas& replicas;
  CurrentTls& tls;
  Fetcher& fetcher;
  ProducerIds* producer_ids = nullptr;  // Owner: the first shard.
  GroupCoordinator* groups = nullptr;
  AutoTopicCreation* topic_creation = nullptr;    // Owner: the first shard.
  LogManager* logs = nullptr;                     // Owner: the first shard.
  ReplicaManager* replica_manager = nullptr;      // Owner: the first shard.
  TokenCredentials* token_credentials = nullptr;  // Null: there are no delegation tokens.
  ClientQuotaManager* quotas = nullptr;           // Null: there are none.
  Pool* pool = nullptr;                           // For what would hold up a shard.
  Pool* request_pool = nullptr;  // For large requests and answers, while they wait for nothing; null: there is none.
  Pool* login_pool = nullptr;    // For logins that wait for files; strangers' work keeps nothing else waiting.
};

}  // namespace muir::server
