#include "server/replica/errc.h"

#include <string>

namespace muir::server {
namespace {

const char* text_of(ReplicaErrc errc) {
  switch (errc) {
    case ReplicaErrc::unknown_topic_or_partition:
      return "unknown topic or partition";
    case ReplicaErrc::unknown_topic_id:
      return "unknown topic id";
    case ReplicaErrc::inconsistent_topic_id:
      return "topic id is not that of the log";
    case ReplicaErrc::not_leader_or_follower:
      return "not leader or follower of the partition";
    case ReplicaErrc::fenced_leader_epoch:
      return "leader epoch is fenced";
    case ReplicaErrc::unknown_leader_epoch:
      return "leader epoch is not known yet";
    case ReplicaErrc::offset_out_of_range:
      return "offset out of range";
    case ReplicaErrc::offset_not_available:
      return "offset not available until the high watermark has caught up";
    case ReplicaErrc::not_enough_replicas:
      return "fewer in-sync replicas than min.insync.replicas";
    case ReplicaErrc::not_enough_replicas_after_append:
      return "appended, but to fewer in-sync replicas than min.insync.replicas";
    case ReplicaErrc::request_timed_out:
      return "replicas did not answer in time";
    case ReplicaErrc::kafka_storage_error:
      return "log directory is offline";
    case ReplicaErrc::policy_violation:
      return "records of a compacted topic cannot be deleted";
    case ReplicaErrc::invalid_topic_exception:
      return "internal topic";
    case ReplicaErrc::fetch_session_id_not_found:
      return "no such fetch session";
    case ReplicaErrc::invalid_fetch_session_epoch:
      return "fetch session epoch is not the next";
    case ReplicaErrc::fetch_session_topic_id_error:
      return "fetch session mixes topic names and ids";
    case ReplicaErrc::fetch_cancelled:
      return "the fetching connection has gone";
    case ReplicaErrc::log_dir_not_found:
      return "not one of log.dirs";
    case ReplicaErrc::invalid_replica_assignment:
      return "log directory is cordoned";
    case ReplicaErrc::move_cancelled:
      return "the future replica is wanted no longer";
    case ReplicaErrc::log_dir_locked:
      return "log directory is in use by another process";
    case ReplicaErrc::log_dir_duplicate:
      return "log directory or partition found twice";
    case ReplicaErrc::log_dir_mismatch:
      return "meta.properties does not belong to this node and cluster";
    case ReplicaErrc::log_dirs_all_failed:
      return "every log directory has failed";
  }
  return "unknown replica error";
}

class ReplicaCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "muir.replica"; }
  std::string message(int value) const override { return text_of(static_cast<ReplicaErrc>(value)); }
};

}  // namespace

Error make_error_code(ReplicaErrc errc) {
  static const ReplicaCategory category;
  return {static_cast<int>(errc), category};
}

}  // namespace muir::server
