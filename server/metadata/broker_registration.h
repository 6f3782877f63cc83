#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/metadata/metadata_version.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"
#include "wire/base/uuid.h"
#include "wire/schema/broker_registration_change_record.h"
#include "wire/schema/register_broker_record.h"

namespace muir::server {

// Where a node listens; `name` is the listener's, unique within the node.
struct NodeEndpoint {
  std::string name;
  std::string host;
  std::uint16_t port = 0;
  std::int16_t security_protocol = 0;  // 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.

  bool operator==(const NodeEndpoint&) const = default;
};

// Levels of one feature that a node can work at, both ends included.
struct FeatureRange {
  FeatureLevel min = 0;
  FeatureLevel max = 0;

  bool contains(FeatureLevel level) const { return min <= level && level <= max; }
  bool operator==(const FeatureRange&) const = default;
};

using SupportedFeatures = std::map<std::string, FeatureRange, std::less<>>;

// Whether `id` is one of the first hundred, which never name a directory of their own.
bool is_reserved_directory(const Uuid& id);

// One broker as it last registered, and what the controller has decided about it since.
struct BrokerRegistration {
  NodeId id = kNoNode;
  std::int64_t epoch = -1;  // The offset at which it registered.
  Uuid incarnation_id;      // One a process.
  std::vector<NodeEndpoint> listeners;
  SupportedFeatures features;
  std::optional<std::string> rack;
  bool is_fenced = true;
  bool is_in_controlled_shutdown = false;
  bool is_migrating_zk_broker = false;
  std::vector<Uuid> log_dirs;                          // The directories that are online, sorted as Kafka does.
  std::optional<std::vector<Uuid>> cordoned_log_dirs;  // Absent until the broker has told (KIP-1066).

  // Fails with MetadataErrc::invalid_value, for an unnamed listener.
  static Result<BrokerRegistration> from(const wire::RegisterBrokerRecord& record);

  // Fails with MetadataErrc::invalid_value and changes nothing.
  Result<> apply(const wire::BrokerRegistrationChangeRecord& change);

  // The record's strings are views into this registration.
  wire::RegisterBrokerRecord to_record(const RecordOptions& options) const;

  bool is_active() const { return !is_fenced && !is_in_controlled_shutdown; }
  bool has_online_dir(const Uuid& directory) const;
  bool has_uncordoned_dirs() const;
  const NodeEndpoint* listener(std::string_view name) const;

  bool operator==(const BrokerRegistration&) const = default;
};

}  // namespace muir::server
