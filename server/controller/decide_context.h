#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "auth/acl/principal.h"
#include "server/controller/api_error.h"
#include "server/controller/broker_heartbeats.h"
#include "server/controller/config_schema.h"
#include "server/controller/controller_settings.h"
#include "server/controller/controller_state.h"
#include "server/controller/mutation_quota.h"
#include "server/controller/partition_change.h"
#include "server/controller/permissions.h"
#include "server/controller/placement.h"
#include "wire/base/clock.h"

namespace muir::server {

// What comes with a request.
struct ControllerRequest {
  Instant now;
  std::int64_t wall_ms = 0;                  // What delegation tokens live by.
  Offset next_offset;                        // Where the first record of the decision will go, if it is appended next.
  std::int16_t api_version = 0;              // Of the request.
  bool is_forwarded = false;                 // By a broker, in an Envelope.
  const Permissions* permissions = nullptr;  // Null: everything is allowed.
  // Host names of the request that nobody knows an address of; to find out takes I/O.  Null: none.
  const std::set<std::string, std::less<>>* unknown_hosts = nullptr;
  MutationQuota* mutation_quota = nullptr;     // Null: there is none.
  const auth::Principal* principal = nullptr;  // Who sent it.  Null: nobody who said so.

  auth::Principal sender() const { return principal == nullptr ? auth::Principal{} : *principal; }
};

// What a decision is made of: the state with everything applied, committed or not, and the request's surroundings.
// Lives for one decision.
struct DecideContext {
  const ControllerState& state;
  const ControllerSettings& settings;
  const ConfigSchema& schema;
  const BrokerHeartbeats& heartbeats;
  std::mt19937_64& random;
  const std::function<Uuid()>& new_uuid;
  const ControllerRequest& request;

  const MetadataImage& image() const { return state.image; }
  RecordOptions record_options() const { return image().features.record_options(); }
  FeatureLevel metadata_version() const { return record_options().metadata_version; }
  const Permissions& permissions() const;

  // Charges the sender for that many partitions created or deleted, or says why not.
  ApiError charge_mutation(std::size_t partitions) const;

  // A directory for a new replica on the broker: its only one, or "unassigned" when it is the broker's to choose.
  Uuid default_dir(NodeId broker) const;

  // Registered brokers that may be given replicas.
  std::vector<UsableBroker> usable_brokers() const;

  // One setting of a topic, from wherever it comes.
  std::string topic_config(StoredTopicView topic, std::string_view key) const;
  // min.insync.replicas, but never more than the topic has replicas.
  std::int32_t min_isr(const TopicImage& topic) const;
  bool is_unclean_election_enabled(StoredTopicView topic) const;

  // What PartitionChange needs to know; `may_lead` on top of an online directory.
  PartitionChange::Cluster cluster_for(const TopicImage& topic, const PartitionRegistration& partition,
                                       std::function<bool(NodeId)> may_lead) const;
  PartitionChange::Cluster cluster_for(const TopicImage& topic, const PartitionRegistration& partition) const;

  const DynamicConfigs& cluster_configs() const;
  const DynamicConfigs& node_configs() const;
};

// Whether a request that carries this epoch comes from the broker as it is registered.  Absent: it does.  Otherwise the
// sentence that goes with STALE_BROKER_EPOCH.
std::optional<std::string> stale_broker_epoch(const ClusterImage& cluster, NodeId broker, std::int64_t epoch);

}  // namespace muir::server
