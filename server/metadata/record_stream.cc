#include "server/metadata/record_stream.h"

#include "wire/schema/no_op_record.h"
#include "wire/schema/producer_ids_record.h"

namespace muir::server {
namespace {

// The entry of a map that a number picks; the map is not empty.
template <class Map>
const auto& entry_of(const Map& map, std::size_t index) {
  auto at = map.begin();
  for (index %= map.size(); index > 0; --index) ++at;
  return *at;
}

}  // namespace

OwnedBytes RecordStream::next() {
  for (;;) {
    auto frame = image_.features.metadata_version() ? draw() : feature();
    if (frame.empty()) continue;  // It needs something that is not there yet.
    MetadataChanges changes;
    CHECK(image_.apply(frame, changes).has_value());
    return frame;
  }
}

OwnedBytes RecordStream::draw() {
  switch (below(32)) {
    case 0:
      return feature();
    case 1:
      return register_broker();
    case 2:
      return change_broker();
    case 3:
      return chance(4) ? unregister_broker() : change_broker();
    case 4:
      return register_controller();
    case 5:
    case 6:
    case 7:
      return topic();
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
      return partition();
    case 14:
    case 15:
    case 16:
    case 17:
      return change_partition();
    case 18:
      return remove_topic();
    case 19:
      return clear_elr();
    case 20:
    case 21:
    case 22:
      return config();
    case 23:
      return quota();
    case 24:
      return producer_ids();
    case 25:
      return acl();
    case 26:
      return remove_acl();
    case 27:
      return scram();
    case 28:
      return remove_scram();
    case 29:
      return token();
    case 30:
      return remove_token();
    default:
      return no_op();
  }
}

std::vector<std::int32_t> RecordStream::ids(std::int32_t count) {
  std::vector<std::int32_t> drawn;
  const auto first = below(6);
  for (std::int32_t i = 0; i < count; ++i) drawn.push_back(first + i);
  return drawn;
}

const TopicImage* RecordStream::some_topic() {
  const auto& topics = image_.topics.by_id();
  return topics.empty() ? nullptr : &*entry_of(topics, random_()).second;
}

const BrokerRegistration* RecordStream::some_broker() {
  const auto& brokers = image_.cluster.brokers();
  return brokers.empty() ? nullptr : &*entry_of(brokers, random_()).second;
}

OwnedBytes RecordStream::feature() {
  wire::FeatureLevelRecord record;
  if (!image_.features.metadata_version()) {
    record.name = kMetadataVersionFeature;
    record.feature_level = kMetadataVersionMax;
    return frame_of(record);
  }
  record.name = chance(2) ? kGroupVersionFeature : kShareVersionFeature;
  record.feature_level = static_cast<FeatureLevel>(below(2));
  if (!image_.features.is_elr_enabled()) {
    record.name = kElrFeature;
    record.feature_level = 1;
  }
  return frame_of(record);
}

OwnedBytes RecordStream::register_broker() {
  wire::RegisterBrokerRecord record;
  record.broker_id = below(8);
  record.broker_epoch = below(1 << 30);
  record.incarnation_id = uuid();
  auto& endpoint = record.end_points.emplace_back();
  endpoint.name = "PLAINTEXT";
  endpoint.host = "localhost";
  endpoint.port = static_cast<std::uint16_t>(below(65536));
  auto& feature = record.features.emplace_back();
  feature.name = kMetadataVersionFeature;
  feature.min_supported_version = 7;
  feature.max_supported_version = 30;
  record.rack.reset();
  text_ = word();
  if (chance(2)) record.rack = text_;
  record.fenced = chance(2);
  for (auto left = below(3); left >= 0; --left) record.log_dirs.push_back(uuid());
  if (chance(2)) record.cordoned_log_dirs.emplace();
  return frame_of(record, 4);
}

OwnedBytes RecordStream::change_broker() {
  const auto* broker = some_broker();
  if (broker == nullptr) return {};
  wire::BrokerRegistrationChangeRecord record;
  record.broker_id = broker->id.value;
  record.broker_epoch = broker->epoch;
  record.fenced = static_cast<std::int8_t>(below(3) - 1);
  record.in_controlled_shutdown = static_cast<std::int8_t>(below(2));
  if (chance(3)) record.log_dirs.push_back(uuid());
  if (chance(3)) record.cordoned_log_dirs = broker->log_dirs;
  return frame_of(record, 3);
}

OwnedBytes RecordStream::unregister_broker() {
  const auto* broker = some_broker();
  if (broker == nullptr) return {};
  wire::UnregisterBrokerRecord record;
  record.broker_id = broker->id.value;
  record.broker_epoch = broker->epoch;
  return frame_of(record);
}

OwnedBytes RecordStream::register_controller() {
  wire::RegisterControllerRecord record;
  record.controller_id = 3000 + below(3);
  record.incarnation_id = uuid();
  auto& endpoint = record.end_points.emplace_back();
  endpoint.name = "CONTROLLER";
  endpoint.host = "localhost";
  endpoint.port = 9093;
  return frame_of(record);
}

OwnedBytes RecordStream::topic() {
  wire::TopicRecord record;
  text_ = "topic-" + std::to_string(random_());
  record.name = text_;
  record.topic_id = uuid();
  return frame_of(record);
}

OwnedBytes RecordStream::partition() {
  const auto* topic = some_topic();
  if (topic == nullptr) return {};
  wire::PartitionRecord record;
  record.topic_id = topic->id;
  record.partition_id = static_cast<std::int32_t>(topic->partitions.size());
  record.replicas = ids(1 + below(4));
  record.isr = record.replicas;
  record.leader = record.replicas.front();
  record.leader_epoch = 0;
  record.partition_epoch = 0;
  for (std::size_t i = 0; i < record.replicas.size(); ++i) record.directories.push_back(uuid());
  return frame_of(record, 2);
}

OwnedBytes RecordStream::change_partition() {
  const auto* topic = some_topic();
  if (topic == nullptr || topic->partitions.empty()) return {};
  const auto& [index, partition] = entry_of(topic->partitions, random_());
  wire::PartitionChangeRecord record;
  record.topic_id = topic->id;
  record.partition_id = index.value;
  if (chance(2)) record.leader = below(6) - 1;
  if (chance(2)) record.isr = ids(below(3));
  if (chance(4)) record.eligible_leader_replicas = ids(below(3));
  if (chance(4)) record.last_known_elr = ids(below(2));
  if (chance(5)) record.leader_recovery_state = static_cast<std::int8_t>(below(2));
  if (chance(5)) record.adding_replicas = ids(below(2));
  if (chance(5)) record.removing_replicas = ids(below(2));
  if (chance(4)) {
    record.replicas = ids(1 + below(3));
    record.directories.emplace();
    for (std::size_t i = 0; i < record.replicas->size(); ++i) record.directories->push_back(uuid());
  }
  return frame_of(record, 2);
}

OwnedBytes RecordStream::remove_topic() {
  const auto* topic = some_topic();
  if (topic == nullptr) return {};
  wire::RemoveTopicRecord record;
  record.topic_id = topic->id;
  return frame_of(record);
}

OwnedBytes RecordStream::clear_elr() {
  const auto* topic = some_topic();
  if (topic == nullptr) return {};
  wire::ClearElrRecord record;
  if (chance(2)) record.topic_name = topic->name.name;
  return frame_of(record);
}

OwnedBytes RecordStream::config() {
  wire::ConfigRecord record;
  const auto* topic = some_topic();
  record.resource_type = 4;
  record.resource_name = chance(2) ? "" : "1";
  if (topic != nullptr && chance(2)) {
    record.resource_type = 2;
    record.resource_name = topic->name.name;
  }
  text_ = word();
  record.name = text_;
  record.value.reset();
  if (!chance(3)) record.value = text_;
  return frame_of(record);
}

OwnedBytes RecordStream::quota() {
  wire::ClientQuotaRecord record;
  text_ = word();
  auto& user = record.entity.emplace_back();
  user.entity_type = "user";
  user.entity_name.reset();
  if (chance(2)) user.entity_name = text_;
  record.key = "producer_byte_rate";
  record.value = below(1000) / 7.0;
  record.remove = chance(3);
  return frame_of(record);
}

OwnedBytes RecordStream::producer_ids() {
  wire::ProducerIdsRecord record;
  record.broker_id = 1;
  record.broker_epoch = 1;
  record.next_producer_id = image_.next_producer_id + 1000;
  return frame_of(record);
}

OwnedBytes RecordStream::acl() {
  wire::AccessControlEntryRecord record;
  record.id = uuid();
  record.resource_type = 2;
  text_ = word();
  record.resource_name = text_;
  record.pattern_type = 3;
  record.principal = "User:alice";
  record.host = "*";
  record.operation = 3;
  record.permission_type = 3;
  return frame_of(record);
}

OwnedBytes RecordStream::remove_acl() {
  if (image_.acls.all().empty()) return {};
  wire::RemoveAccessControlEntryRecord record;
  record.id = entry_of(image_.acls.all(), random_()).first;
  return frame_of(record);
}

OwnedBytes RecordStream::scram() {
  wire::UserScramCredentialRecord record;
  text_ = word();
  record.name = text_;
  record.mechanism = static_cast<std::int8_t>(1 + below(2));
  record.salt = as_bytes(text_);
  record.stored_key = as_bytes("stored");
  record.server_key = as_bytes("server");
  record.iterations = 4096 + below(4);
  return frame_of(record);
}

OwnedBytes RecordStream::remove_scram() {
  if (image_.scram.all().empty()) return {};
  const auto& [key, credential] = entry_of(image_.scram.all(), random_());
  wire::RemoveUserScramCredentialRecord record;
  record.name = key.user;
  record.mechanism = key.mechanism;
  return frame_of(record);
}

OwnedBytes RecordStream::token() {
  wire::DelegationTokenRecord record;
  text_ = word();
  record.token_id = text_;
  record.owner = "User:alice";
  record.requester = "User:bob";
  record.renewers.push_back("User:carol");
  record.issue_timestamp = 1;
  record.max_timestamp = 3;
  record.expiration_timestamp = 2 + below(5);
  return frame_of(record);
}

OwnedBytes RecordStream::remove_token() {
  if (image_.delegation_tokens.all().empty()) return {};
  wire::RemoveDelegationTokenRecord record;
  record.token_id = entry_of(image_.delegation_tokens.all(), random_()).first;
  return frame_of(record);
}

OwnedBytes RecordStream::no_op() { return frame_of(wire::NoOpRecord()); }

}  // namespace muir::server
