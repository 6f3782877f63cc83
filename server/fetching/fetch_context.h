#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "server/fetching/fetch_session_cache.h"
#include "server/fetching/fetched_partition.h"
#include "wire/base/result.h"

namespace muir::server {

// What a Fetch request says about its session.  Before version 7 there is none: id 0, final epoch.
struct FetchSessionRequest {
  FetchSessionId session_id = kNoFetchSession;
  std::int32_t session_epoch = kFinalFetchEpoch;
  bool uses_topic_ids = false;  // Version 13 and later.
  bool from_follower = false;
  std::vector<FetchPartition> partitions;
  std::vector<FetchTarget> forgotten;
};

// Resolves the id of a topic that was unknown when a session took it up; empty while it still is.
using TopicNameOf = std::function<StoredTopic(const Uuid& topic_id)>;

// One Fetch request between its session's old state and its new one.  Used on the shard of the session.
class FetchContext {
 public:
  // Fails with fetch_session_id_not_found, invalid_fetch_session_epoch or fetch_session_topic_id_error: the answer is
  // that error, session id 0 and no topics.
  static Result<FetchContext> begin(FetchSessionCache& cache, FetchSessionRequest request,
                                    const TopicNameOf& topic_name_of, Instant now);

  // What is to be fetched, in order: all of the session, not only what the request named.
  const std::vector<FetchPartition>& partitions() const { return partitions_; }

  // Which of `answers` the client would be told by end(), which changes nothing yet.
  std::vector<const FetchedPartition*> told(const std::vector<FetchedPartition>& answers) const;

  struct End {
    Error error;  // invalid_fetch_session_epoch: a request of the same session overtook this one.
    FetchSessionId session_id = kNoFetchSession;
  };
  // Opens the session if one was asked for and there is room, and leaves out of `answers` what the client knows.
  // With an error, `answers` is empty.
  End end(FetchSessionCache& cache, std::vector<FetchedPartition>& answers, Instant now);

  // Instead of end(), when the answer will be empty: no session is opened, and an open one does not take note.
  End end_untold() const;

 private:
  enum class Kind { sessionless, full, incremental };

  Kind kind_ = Kind::sessionless;
  bool uses_topic_ids_ = false;
  bool from_follower_ = false;
  std::int32_t epoch_after_ = 0;  // What the session's epoch must still be at the end.
  std::shared_ptr<FetchSession> session_;
  std::vector<FetchPartition> partitions_;
};

}  // namespace muir::server
