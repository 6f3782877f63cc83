#include "server/metadata/broker_registration.h"

#include <algorithm>
#include <utility>

#include "server/metadata/errc.h"
#include "wire/base/bytes.h"

namespace muir::server {
namespace {

// Kafka's order of ids: two signed halves.
bool is_before(const Uuid& a, const Uuid& b) {
  const auto halves = [](const Uuid& id) {
    return std::pair(load_big_endian<std::int64_t>(id.bytes.data()), load_big_endian<std::int64_t>(&id.bytes[8]));
  };
  return halves(a) < halves(b);
}

std::vector<Uuid> sorted(std::vector<Uuid> ids) {
  std::sort(ids.begin(), ids.end(), is_before);
  return ids;
}

}  // namespace

bool is_reserved_directory(const Uuid& id) {
  return load_big_endian<std::uint64_t>(id.bytes.data()) == 0 && load_big_endian<std::uint64_t>(&id.bytes[8]) < 100;
}

Result<BrokerRegistration> BrokerRegistration::from(const wire::RegisterBrokerRecord& record) {
  BrokerRegistration broker;
  broker.id = NodeId{record.broker_id};
  broker.epoch = record.broker_epoch;
  broker.incarnation_id = record.incarnation_id;
  for (const auto& endpoint : record.end_points) {
    if (endpoint.name.empty()) return make_error_code(MetadataErrc::invalid_value);
    NodeEndpoint named{std::string(endpoint.name), std::string(endpoint.host), endpoint.port,
                       endpoint.security_protocol};
    std::erase_if(broker.listeners, [&](const auto& other) { return other.name == named.name; });
    broker.listeners.push_back(std::move(named));
  }
  for (const auto& feature : record.features)
    broker.features[std::string(feature.name)] = {feature.min_supported_version, feature.max_supported_version};
  if (record.rack) broker.rack = std::string(*record.rack);
  broker.is_fenced = record.fenced;
  broker.is_in_controlled_shutdown = record.in_controlled_shutdown;
  broker.is_migrating_zk_broker = record.is_migrating_zk_broker;
  broker.log_dirs = sorted(record.log_dirs);
  broker.cordoned_log_dirs = record.cordoned_log_dirs;
  return broker;
}

Result<> BrokerRegistration::apply(const wire::BrokerRegistrationChangeRecord& change) {
  const auto is_step = [](std::int8_t value) { return value >= -1 && value <= 1; };
  if (!is_step(change.fenced)) return make_error_code(MetadataErrc::invalid_value);
  // A broker enters controlled shutdown; it never leaves it but by registering again.
  if (change.in_controlled_shutdown != 0 && change.in_controlled_shutdown != 1)
    return make_error_code(MetadataErrc::invalid_value);
  if (change.fenced != 0) is_fenced = change.fenced > 0;  // 1 fences, -1 unfences.
  if (change.in_controlled_shutdown == 1) is_in_controlled_shutdown = true;
  if (!change.log_dirs.empty()) log_dirs = sorted(change.log_dirs);
  if (change.cordoned_log_dirs) cordoned_log_dirs = change.cordoned_log_dirs;
  return ok();
}

wire::RegisterBrokerRecord BrokerRegistration::to_record(const RecordOptions& options) const {
  wire::RegisterBrokerRecord record;
  record.broker_id = id.value;
  record.broker_epoch = epoch;
  record.incarnation_id = incarnation_id;
  for (const auto& listener : listeners) {
    auto& endpoint = record.end_points.emplace_back();
    endpoint.name = listener.name;
    endpoint.host = listener.host;
    endpoint.port = listener.port;
    endpoint.security_protocol = listener.security_protocol;
  }
  for (const auto& [name, range] : features) {
    auto& feature = record.features.emplace_back();
    feature.name = name;
    feature.min_supported_version = range.min;
    feature.max_supported_version = range.max;
  }
  record.rack.reset();
  if (rack) record.rack = *rack;
  record.fenced = is_fenced;
  record.in_controlled_shutdown = is_in_controlled_shutdown;
  record.is_migrating_zk_broker = is_migrating_zk_broker;
  if (options.metadata_version >= kDirectoryAssignmentLevel) record.log_dirs = log_dirs;
  if (options.metadata_version >= kCordonedLogDirsLevel) record.cordoned_log_dirs = cordoned_log_dirs;
  return record;
}

bool BrokerRegistration::has_online_dir(const Uuid& directory) const {
  if (directory == kUnassignedDirectory || directory == kMigratingDirectory) return true;
  if (directory == kLostDirectory) return false;
  // A broker that registered before KIP-858 named none: its directories are taken to be there (KAFKA-16162).
  return log_dirs.empty() || std::find(log_dirs.begin(), log_dirs.end(), directory) != log_dirs.end();
}

bool BrokerRegistration::has_uncordoned_dirs() const {
  if (log_dirs.empty() || !cordoned_log_dirs) return true;
  return std::any_of(log_dirs.begin(), log_dirs.end(), [&](const Uuid& directory) {
    return std::find(cordoned_log_dirs->begin(), cordoned_log_dirs->end(), directory) == cordoned_log_dirs->end();
  });
}

const NodeEndpoint* BrokerRegistration::listener(std::string_view name) const {
  const auto at = std::find_if(listeners.begin(), listeners.end(), [&](const auto& one) { return one.name == name; });
  return at == listeners.end() ? nullptr : &*at;
}

}  // namespace muir::server
