#include "server/controller/api_error.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

const char* default_message(ErrorCode code) {
  switch (code) {
    case ErrorCode::UNKNOWN_TOPIC_OR_PARTITION:
      return "This server does not host this topic-partition.";
    case ErrorCode::UNKNOWN_TOPIC_ID:
      return "This server does not host this topic ID.";
    case ErrorCode::TOPIC_AUTHORIZATION_FAILED:
      return "Topic authorization failed.";
    case ErrorCode::GROUP_AUTHORIZATION_FAILED:
      return "Group authorization failed.";
    case ErrorCode::CLUSTER_AUTHORIZATION_FAILED:
      return "Cluster authorization failed.";
    case ErrorCode::PREFERRED_LEADER_NOT_AVAILABLE:
      return "The preferred leader was not available.";
    case ErrorCode::ELIGIBLE_LEADERS_NOT_AVAILABLE:
      return "Eligible topic partition leaders are not available.";
    case ErrorCode::ELECTION_NOT_NEEDED:
      return "Leader election not needed for topic partition.";
    default:
      return nullptr;
  }
}

}  // namespace

ApiError ApiError::with_default_message(ErrorCode code) {
  const auto* text = default_message(code);
  return text == nullptr ? ApiError(code) : ApiError(code, text);
}

}  // namespace muir::server
