#include "server/metadata/metadata_image.h"

#include "server/metadata/errc.h"
#include "server/metadata/record_codec.h"
#include "wire/schema/abort_transaction_record.h"
#include "wire/schema/begin_transaction_record.h"
#include "wire/schema/end_transaction_record.h"
#include "wire/schema/no_op_record.h"
#include "wire/schema/producer_ids_record.h"
#include "wire/schema/zk_migration_state_record.h"

namespace muir::server {
namespace {

// Decodes a Record and gives it to the part of the image that knows it.
template <class Record, class Part>
Result<> apply_to(Part& part, const RecordHead& head, MetadataChanges& changes) {
  const auto record = decode_record<Record>(head);
  if (!record) return record.error();
  return part.apply(*record, changes);
}

// Decodes a Record that changes nothing, since a damaged one is an error all the same.
template <class Record>
Result<> check_only(const RecordHead& head) {
  const auto record = decode_record<Record>(head);
  if (!record) return record.error();
  return ok();
}

Result<> remove_topic(MetadataImage& image, const RecordHead& head, MetadataChanges& changes) {
  const auto record = decode_record<wire::RemoveTopicRecord>(head);
  if (!record) return record.error();
  const auto* topic = image.topics.find(record->topic_id);
  if (topic == nullptr) return make_error_code(MetadataErrc::unknown_topic);
  const auto name = topic->name;
  image.configs.topic_removed(name, changes);
  return image.topics.apply(*record, changes);
}

Result<> advance_producer_ids(MetadataImage& image, const RecordHead& head, MetadataChanges& changes) {
  const auto record = decode_record<wire::ProducerIdsRecord>(head);
  if (!record) return record.error();
  image.next_producer_id = record->next_producer_id;
  changes.producer_ids = true;
  return ok();
}

}  // namespace

Result<> MetadataImage::apply(ByteView frame, MetadataChanges& changes) {
  using Type = MetadataRecordType;
  const auto read = read_record_head(frame);
  if (!read) return read.error();
  const auto& head = *read;
  switch (head.type) {
    case Type::REGISTER_BROKER_RECORD:
      return apply_to<wire::RegisterBrokerRecord>(cluster, head, changes);
    case Type::UNREGISTER_BROKER_RECORD:
      return apply_to<wire::UnregisterBrokerRecord>(cluster, head, changes);
    case Type::TOPIC_RECORD:
      return apply_to<wire::TopicRecord>(topics, head, changes);
    case Type::PARTITION_RECORD:
      return apply_to<wire::PartitionRecord>(topics, head, changes);
    case Type::CONFIG_RECORD:
      return apply_to<wire::ConfigRecord>(configs, head, changes);
    case Type::PARTITION_CHANGE_RECORD:
      return apply_to<wire::PartitionChangeRecord>(topics, head, changes);
    case Type::FENCE_BROKER_RECORD:
      return apply_to<wire::FenceBrokerRecord>(cluster, head, changes);
    case Type::UNFENCE_BROKER_RECORD:
      return apply_to<wire::UnfenceBrokerRecord>(cluster, head, changes);
    case Type::REMOVE_TOPIC_RECORD:
      return remove_topic(*this, head, changes);
    case Type::DELEGATION_TOKEN_RECORD:
      return apply_to<wire::DelegationTokenRecord>(delegation_tokens, head, changes);
    case Type::USER_SCRAM_CREDENTIAL_RECORD:
      return apply_to<wire::UserScramCredentialRecord>(scram, head, changes);
    case Type::FEATURE_LEVEL_RECORD:
      return apply_to<wire::FeatureLevelRecord>(features, head, changes);
    case Type::CLIENT_QUOTA_RECORD:
      return apply_to<wire::ClientQuotaRecord>(client_quotas, head, changes);
    case Type::PRODUCER_IDS_RECORD:
      return advance_producer_ids(*this, head, changes);
    case Type::BROKER_REGISTRATION_CHANGE_RECORD:
      return apply_to<wire::BrokerRegistrationChangeRecord>(cluster, head, changes);
    case Type::ACCESS_CONTROL_ENTRY_RECORD:
      return apply_to<wire::AccessControlEntryRecord>(acls, head, changes);
    case Type::REMOVE_ACCESS_CONTROL_ENTRY_RECORD:
      return apply_to<wire::RemoveAccessControlEntryRecord>(acls, head, changes);
    case Type::NO_OP_RECORD:
      return check_only<wire::NoOpRecord>(head);
    case Type::ZK_MIGRATION_STATE_RECORD:
      return check_only<wire::ZkMigrationStateRecord>(head);
    case Type::REMOVE_USER_SCRAM_CREDENTIAL_RECORD:
      return apply_to<wire::RemoveUserScramCredentialRecord>(scram, head, changes);
    case Type::BEGIN_TRANSACTION_RECORD:
      return check_only<wire::BeginTransactionRecord>(head);
    case Type::END_TRANSACTION_RECORD:
      return check_only<wire::EndTransactionRecord>(head);
    case Type::ABORT_TRANSACTION_RECORD:
      return check_only<wire::AbortTransactionRecord>(head);
    case Type::REMOVE_DELEGATION_TOKEN_RECORD:
      return apply_to<wire::RemoveDelegationTokenRecord>(delegation_tokens, head, changes);
    case Type::REGISTER_CONTROLLER_RECORD:
      return apply_to<wire::RegisterControllerRecord>(cluster, head, changes);
    case Type::CLEAR_ELR_RECORD:
      return apply_to<wire::ClearElrRecord>(topics, head, changes);
  }
  return make_error_code(MetadataErrc::unknown_record);
}

bool MetadataImage::is_same_cluster(const MetadataImage& other) const {
  return features == other.features && cluster == other.cluster && topics == other.topics && configs == other.configs &&
         client_quotas == other.client_quotas && next_producer_id == other.next_producer_id && acls == other.acls &&
         scram == other.scram && delegation_tokens == other.delegation_tokens;
}

}  // namespace muir::server
