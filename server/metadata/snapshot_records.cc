// MetadataImage::to_records: an image as the records of a snapshot.
#include <string>
#include <utility>

#include "server/metadata/metadata_image.h"
#include "server/metadata/record_codec.h"
#include "wire/base/check.h"
#include "wire/schema/producer_ids_record.h"

namespace muir::server {
namespace {

class SnapshotWriter {
 public:
  explicit SnapshotWriter(RecordOptions options) : options_(options) {}

  void write(const FeaturesImage& features) {
    // The level of metadata.version stands first: it may decide how the rest is read.
    if (features.metadata_version()) add_feature(kMetadataVersionFeature, *features.metadata_version());
    for (const auto& [name, level] : features.finalized()) add_feature(name, level);
  }

  void write(const ClusterImage& cluster) {
    for (const auto& [id, broker] : cluster.brokers())
      add(broker->to_record(options_), register_broker_record_version(options_.metadata_version));
    if (options_.metadata_version < kControllerRegistrationLevel) return;
    for (const auto& [id, controller] : cluster.controllers()) add(controller->to_record());
  }

  void write(const TopicsImage& topics) {
    for (const auto& [id, topic] : topics.by_id()) {
      wire::TopicRecord record;
      record.name = topic->name.name;
      record.topic_id = id;
      add(record);
      for (const auto& [index, partition] : topic->partitions)
        add(partition->to_record(id, index, options_), partition_record_version(options_.metadata_version));
    }
  }

  void write(const ConfigurationsImage& configs) {
    for (const auto& [resource, values] : configs.all()) {
      for (const auto& [key, value] : *values) {
        wire::ConfigRecord record;
        record.resource_type = static_cast<std::int8_t>(resource.type);
        record.resource_name = resource.name;
        record.name = key;
        record.value = value;
        add(record);
      }
    }
  }

  void write(const ClientQuotasImage& client_quotas) {
    for (const auto& [entity, quotas] : client_quotas.all()) {
      wire::ClientQuotaRecord record;
      for (const auto& [type, name] : entity) {
        auto& part = record.entity.emplace_back();
        part.entity_type = type;
        part.entity_name.reset();
        if (name) part.entity_name = *name;
      }
      for (const auto& [key, value] : *quotas) {
        record.key = key;
        record.value = value;
        add(record);
      }
    }
  }

  void write_producer_ids(std::int64_t next) {
    if (next < 0) return;
    wire::ProducerIdsRecord record;
    record.broker_id = -1;
    record.broker_epoch = -1;
    record.next_producer_id = next;
    add(record);
  }

  void write(const AclsImage& acls) {
    for (const auto& [id, entry] : acls.all()) {
      wire::AccessControlEntryRecord record;
      record.id = id;
      record.resource_type = static_cast<std::int8_t>(entry->resource_type);
      record.resource_name = entry->resource_name;
      record.pattern_type = static_cast<std::int8_t>(entry->pattern_type);
      record.principal = entry->principal;
      record.host = entry->host;
      record.operation = static_cast<std::int8_t>(entry->operation);
      record.permission_type = static_cast<std::int8_t>(entry->permission);
      add(record);
    }
  }

  void write(const ScramImage& scram) {
    if (options_.metadata_version < kScramLevel) return;
    for (const auto& [key, credential] : scram.all()) {
      wire::UserScramCredentialRecord record;
      record.name = key.user;
      record.mechanism = key.mechanism;
      record.salt = credential->salt;
      record.stored_key = credential->stored_key;
      record.server_key = credential->server_key;
      record.iterations = credential->iterations;
      add(record);
    }
  }

  void write(const DelegationTokensImage& tokens) {
    if (options_.metadata_version < kDelegationTokenLevel) return;
    for (const auto& [id, token] : tokens.all()) {
      wire::DelegationTokenRecord record;
      record.token_id = id;
      record.owner = token->owner;
      record.requester = token->requester;
      for (const auto& renewer : token->renewers) record.renewers.emplace_back(renewer);
      record.issue_timestamp = token->issue_timestamp;
      record.max_timestamp = token->max_timestamp;
      record.expiration_timestamp = token->expiration_timestamp;
      add(record);
    }
  }

  std::vector<OwnedBytes> take() { return std::move(frames_); }

 private:
  void add_feature(std::string_view name, FeatureLevel level) {
    wire::FeatureLevelRecord record;
    record.name = name;
    record.feature_level = level;
    add(record);
  }

  template <class Record>
  void add(const Record& record, std::int16_t version = 0) {
    auto frame = encode_record(record, version);
    CHECK(frame.has_value());  // Every value came out of a record, and fits into one.
    frames_.push_back(std::move(*frame));
  }

  RecordOptions options_;
  std::vector<OwnedBytes> frames_;
};

}  // namespace

std::vector<OwnedBytes> MetadataImage::to_records() const {
  SnapshotWriter writer(features.record_options());
  writer.write(features);
  writer.write(cluster);
  writer.write(topics);
  writer.write(configs);
  writer.write(client_quotas);
  writer.write_producer_ids(next_producer_id);
  writer.write(acls);
  writer.write(scram);
  writer.write(delegation_tokens);
  return writer.take();
}

}  // namespace muir::server
