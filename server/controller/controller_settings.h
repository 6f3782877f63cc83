#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "server/config/delegation_token_config.h"
#include "server/metadata/broker_registration.h"
#include "server/metadata/replicas.h"
#include "wire/base/ids.h"

namespace muir::server {

// What the controller takes from its node's configuration.  Fixed while it runs.
struct ControllerSettings {
  NodeId node_id;
  std::string cluster_id;
  Replicas quorum_nodes;  // Static controllers; a registered one counts as well.
  std::int32_t num_partitions = 1;
  std::int16_t default_replication_factor = 1;
  bool delete_topic_enable = true;
  // The broker of this node lives in the controller's process: when the controller begins, that broker's last session
  // has ended with the process before.  Kafka waits for it to expire, nine seconds after a kill -9.
  bool has_own_broker = false;
  std::chrono::milliseconds broker_session_timeout{9000};
  DelegationTokenConfig delegation_tokens;
  SupportedFeatures supported_features = default_supported_features();
  FeatureLevel kraft_version = 1;  // Finalized by a control record, not by a FeatureLevelRecord.

  // What Kafka 4.3.1 supports.
  static SupportedFeatures default_supported_features() {
    return {{"metadata.version", {kMetadataVersionMin, kMetadataVersionMax}},
            {"kraft.version", {0, 1}},
            {"transaction.version", {0, 2}},
            {"group.version", {0, 1}},
            {"eligible.leader.replicas.version", {0, 1}},
            {"share.version", {0, 1}},
            {"streams.version", {0, 1}}};
  }
};

}  // namespace muir::server
