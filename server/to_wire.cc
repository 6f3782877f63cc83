#include "server/to_wire.h"

#include "server/errc.h"
#include "server/quorum/errc.h"
#include "server/replica/errc.h"
#include "server/runtime/log.h"
#include "storage/log/errc.h"
#include "wire/record/errc.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

ErrorCode to_wire(ReplicaErrc errc) {
  using enum ErrorCode;
  switch (errc) {
    case ReplicaErrc::unknown_topic_or_partition:
      return UNKNOWN_TOPIC_OR_PARTITION;
    case ReplicaErrc::unknown_topic_id:
      return UNKNOWN_TOPIC_ID;
    case ReplicaErrc::inconsistent_topic_id:
      return INCONSISTENT_TOPIC_ID;
    case ReplicaErrc::not_leader_or_follower:
      return NOT_LEADER_OR_FOLLOWER;
    case ReplicaErrc::fenced_leader_epoch:
      return FENCED_LEADER_EPOCH;
    case ReplicaErrc::unknown_leader_epoch:
      return UNKNOWN_LEADER_EPOCH;
    case ReplicaErrc::offset_out_of_range:
      return OFFSET_OUT_OF_RANGE;
    case ReplicaErrc::offset_not_available:
      return OFFSET_NOT_AVAILABLE;
    case ReplicaErrc::not_enough_replicas:
      return NOT_ENOUGH_REPLICAS;
    case ReplicaErrc::not_enough_replicas_after_append:
      return NOT_ENOUGH_REPLICAS_AFTER_APPEND;
    case ReplicaErrc::request_timed_out:
      return REQUEST_TIMED_OUT;
    case ReplicaErrc::kafka_storage_error:
      return KAFKA_STORAGE_ERROR;
    case ReplicaErrc::policy_violation:
      return POLICY_VIOLATION;
    case ReplicaErrc::invalid_topic_exception:
      return INVALID_TOPIC_EXCEPTION;
    case ReplicaErrc::log_dir_not_found:
      return LOG_DIR_NOT_FOUND;
    case ReplicaErrc::invalid_replica_assignment:
      return INVALID_REPLICA_ASSIGNMENT;
    case ReplicaErrc::fetch_session_id_not_found:
      return FETCH_SESSION_ID_NOT_FOUND;
    case ReplicaErrc::invalid_fetch_session_epoch:
      return INVALID_FETCH_SESSION_EPOCH;
    case ReplicaErrc::fetch_session_topic_id_error:
      return FETCH_SESSION_TOPIC_ID_ERROR;
    default:
      return UNKNOWN_SERVER_ERROR;  // Of start-up, or of a client that has gone: no answer carries it.
  }
}

// Where Kafka runs into an exception that has no code, it says so, and a producer does not try again.
ErrorCode to_wire(wire::RecordErrc errc) {
  switch (errc) {
    case wire::RecordErrc::unknown_compression:
    case wire::RecordErrc::bad_compressed_data:
    case wire::RecordErrc::not_rewritable:
      return ErrorCode::UNKNOWN_SERVER_ERROR;
    default:
      return ErrorCode::CORRUPT_MESSAGE;
  }
}

ErrorCode to_wire(storage::Errc errc) {
  using enum ErrorCode;
  switch (errc) {
    case storage::Errc::offset_out_of_range:
      return OFFSET_OUT_OF_RANGE;
    case storage::Errc::corrupt_batch:
      return CORRUPT_MESSAGE;
    case storage::Errc::record_too_large:
      return MESSAGE_TOO_LARGE;
    case storage::Errc::batch_list_too_large:
      return RECORD_LIST_TOO_LARGE;
    case storage::Errc::invalid_record:
      return INVALID_RECORD;
    case storage::Errc::invalid_timestamp:
      return INVALID_TIMESTAMP;
    case storage::Errc::unsupported_compression:
      return UNSUPPORTED_COMPRESSION_TYPE;
    case storage::Errc::out_of_order_sequence:
      return OUT_OF_ORDER_SEQUENCE_NUMBER;
    case storage::Errc::invalid_producer_epoch:
      return INVALID_PRODUCER_EPOCH;
    case storage::Errc::invalid_txn_state:
      return INVALID_TXN_STATE;
    case storage::Errc::transaction_coordinator_fenced:
      return TRANSACTION_COORDINATOR_FENCED;
    case storage::Errc::unsupported_message_format:
      return UNSUPPORTED_FOR_MESSAGE_FORMAT;
    case storage::Errc::inconsistent_topic_id:
      return INCONSISTENT_TOPIC_ID;
    case storage::Errc::closed:
      return NOT_LEADER_OR_FOLLOWER;
    case storage::Errc::corrupt_segment:
      return CORRUPT_MESSAGE;
    case storage::Errc::disk_full:
    case storage::Errc::log_offline:
    case storage::Errc::corrupt_index:
      return KAFKA_STORAGE_ERROR;
    default:
      return UNKNOWN_SERVER_ERROR;
  }
}

}  // namespace

ErrorCode to_wire(const Error& error) {
  if (!error) return ErrorCode::NONE;
  ErrorCode code = ErrorCode::UNKNOWN_SERVER_ERROR;
  if (error.category() == make_error_code(ReplicaErrc{}).category()) {
    code = to_wire(static_cast<ReplicaErrc>(error.value()));
  } else if (error.category() == storage::log_category()) {
    code = to_wire(static_cast<storage::Errc>(error.value()));
  } else if (error.category() == handler_category()) {
    code = error == HandlerErrc::no_producer_ids ? ErrorCode::COORDINATOR_LOAD_IN_PROGRESS
                                                 : ErrorCode::TOPIC_AUTHORIZATION_FAILED;
  } else if (error.category() == quorum_category()) {
    code = ErrorCode::NOT_CONTROLLER;
  } else if (error.category() == wire::record_category()) {
    return to_wire(static_cast<wire::RecordErrc>(error.value()));
  } else if (error.category() == boost::system::system_category()) {
    code = ErrorCode::KAFKA_STORAGE_ERROR;  // Only disks answer with the system's errors here.
  }
  if (code == ErrorCode::UNKNOWN_SERVER_ERROR) {
    log_error("Bug: an error without a Kafka error code reached a client", field("category", error.category().name()),
              field("error", error.message()));
  }
  return code;
}

wire::ErrorCode move_to_wire(const Error& error) {
  const ErrorCode code = to_wire(error);
  return code == ErrorCode::NOT_LEADER_OR_FOLLOWER ? ErrorCode::REPLICA_NOT_AVAILABLE : code;
}

wire::ErrorCode coordinator_to_wire(const Error& error) {
  const ErrorCode code = to_wire(error);
  switch (code) {
    case ErrorCode::UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode::NOT_ENOUGH_REPLICAS:
    case ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case ErrorCode::REQUEST_TIMED_OUT:
      return ErrorCode::COORDINATOR_NOT_AVAILABLE;
    case ErrorCode::NOT_LEADER_OR_FOLLOWER:
    case ErrorCode::KAFKA_STORAGE_ERROR:
      return ErrorCode::NOT_COORDINATOR;
    case ErrorCode::MESSAGE_TOO_LARGE:
    case ErrorCode::RECORD_LIST_TOO_LARGE:
    case ErrorCode::INVALID_FETCH_SIZE:
      return ErrorCode::UNKNOWN_SERVER_ERROR;
    default:
      return code;
  }
}

}  // namespace muir::server
