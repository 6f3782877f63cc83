#pragma once

#include <cstdint>

#include "wire/base/bytes.h"
#include "wire/base/result.h"

namespace muir::server {

// The types of metadata records; 6, 13 and 16 are retired.
enum class MetadataRecordType : std::int16_t {
  REGISTER_BROKER_RECORD = 0,
  UNREGISTER_BROKER_RECORD = 1,
  TOPIC_RECORD = 2,
  PARTITION_RECORD = 3,
  CONFIG_RECORD = 4,
  PARTITION_CHANGE_RECORD = 5,
  FENCE_BROKER_RECORD = 7,
  UNFENCE_BROKER_RECORD = 8,
  REMOVE_TOPIC_RECORD = 9,
  DELEGATION_TOKEN_RECORD = 10,
  USER_SCRAM_CREDENTIAL_RECORD = 11,
  FEATURE_LEVEL_RECORD = 12,
  CLIENT_QUOTA_RECORD = 14,
  PRODUCER_IDS_RECORD = 15,
  BROKER_REGISTRATION_CHANGE_RECORD = 17,
  ACCESS_CONTROL_ENTRY_RECORD = 18,
  REMOVE_ACCESS_CONTROL_ENTRY_RECORD = 19,
  NO_OP_RECORD = 20,
  ZK_MIGRATION_STATE_RECORD = 21,
  REMOVE_USER_SCRAM_CREDENTIAL_RECORD = 22,
  BEGIN_TRANSACTION_RECORD = 23,
  END_TRANSACTION_RECORD = 24,
  ABORT_TRANSACTION_RECORD = 25,
  REMOVE_DELEGATION_TOKEN_RECORD = 26,
  REGISTER_CONTROLLER_RECORD = 27,
  CLEAR_ELR_RECORD = 28,
};

// What stands before the body of a metadata record: frame version (always 1), type and version, each an unsigned
// varint.
struct RecordHead {
  MetadataRecordType type;
  std::int16_t version = 0;
  ByteView body;  // The rest of the frame.
};

// Fails with MetadataErrc::malformed_record, unknown_frame, unknown_record, or unsupported_version for a version that
// Kafka 4.3.1 does not write.
Result<RecordHead> read_record_head(ByteView frame);

// The highest version of a record type that Kafka 4.3.1 writes.
std::int16_t record_version_max(MetadataRecordType type);

}  // namespace muir::server
