#pragma once

#include "wire/base/result.h"

namespace muir::server {

// Why a partition of this broker cannot do what was asked.  server/to_wire.cc gives each its Kafka error code; the name
// is that code's unless the comment says otherwise.
enum class ReplicaErrc {
  unknown_topic_or_partition = 1,    // No such partition in the metadata: the client refreshes its own.
  unknown_topic_id,                  // The id names no topic, or the partition here belongs to another incarnation.
  inconsistent_topic_id,             // A fetch named an id that is not that of the log.
  not_leader_or_follower,            // The partition exists but this broker does not lead (or hold) it any more.
  fenced_leader_epoch,               // The client's leader epoch is older than ours: it must refresh (KIP-320).
  unknown_leader_epoch,              // The client's leader epoch is newer than ours: it retries until we know.
  offset_out_of_range,               // Before the log's start or beyond what may be read: the client resets.
  offset_not_available,              // The high watermark has not reached the leader's epoch yet (KIP-207): retry.
  not_enough_replicas,               // acks=all and an ISR below min.insync.replicas: nothing was appended.
  not_enough_replicas_after_append,  // Appended and replicated, but by then to fewer than min.insync.replicas.
  request_timed_out,                 // Appended, but not committed (deleted, but not everywhere) within its time.
  kafka_storage_error,               // The partition's log directory has failed.
  policy_violation,                  // Records of a topic that is only compacted cannot be deleted.
  invalid_topic_exception,           // Clients may not write to, or delete from, an internal topic.
  fetch_session_id_not_found,        // Evicted or never opened: the client opens a session anew (KIP-227).
  invalid_fetch_session_epoch,       // Another request of the session came between: the client opens a session anew.
  fetch_session_topic_id_error,      // A session by names was continued by ids, or the other way round (KIP-516).
  fetch_cancelled,                   // The connection has gone: nobody to answer, so it never reaches the wire.
  log_dir_not_found,                 // A move to a directory that is not among log.dirs.
  invalid_replica_assignment,        // A move to a directory that is cordoned (KIP-1066).
  move_cancelled,                    // The future replica is wanted no longer; never reaches the wire.
  log_dir_locked,                    // At start: another process uses the log directory.
  log_dir_duplicate,                 // At start: two log directories, or two replicas of one partition, are the same.
  log_dir_mismatch,                  // At start: meta.properties is of another node or cluster, or not of Kafka.
  log_dirs_all_failed,               // No log directory is left: the broker stops.
};

Error make_error_code(ReplicaErrc errc);

}  // namespace muir::server

template <>
struct boost::system::is_error_code_enum<muir::server::ReplicaErrc> : std::true_type {};
