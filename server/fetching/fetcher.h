#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "server/fetching/fetch_cancellation.h"
#include "server/fetching/fetch_context.h"
#include "server/fetching/fetched_partition.h"
#include "server/replica/hosted_replicas.h"
#include "server/runtime/cpu_account.h"
#include "wire/base/task.h"

namespace muir::server {

// Asked when the answer is there: may the client have these partitions, or has it used up its quota?  Then the answer
// is empty, and its session knows nothing of it.  Called on the session's shard; what is shown lives until it has
// ended.
using FetchGate = std::function<Task<bool>(const std::vector<const FetchedPartition*>& told)>;

// What a Fetch request asks, with names and ids as they are stored.
struct FetchQuery {
  FetchSessionRequest session;
  FetchReader reader;
  std::chrono::milliseconds max_wait{0};  // How long to wait for min_bytes; not above zero: not at all.
  std::int64_t min_bytes = 0;
  std::int64_t max_bytes = 0;   // Already bounded by fetch.max.bytes and the client's quota.
  FetchGate gate;               // None: the client may have what there is.
  CpuAccount* payer = nullptr;  // Of what is done after a wait.
};

// Which topic a target is, and whether this client may read it: the topic's id, or the error that the partition is
// answered with (UNKNOWN_TOPIC_ID, TOPIC_AUTHORIZATION_FAILED, UNKNOWN_TOPIC_OR_PARTITION in Kafka's order).  Called on
// the session's shard while the request waits.
using FetchAdmission = std::function<Result<Uuid>(const FetchTarget& target)>;

struct FetchOutcome {
  Error error;  // Of the session: no partitions then.  fetch_cancelled: nobody to answer.
  FetchSessionId session_id = kNoFetchSession;
  std::vector<FetchedPartition> partitions;  // In the order of the answer; neighbours of one topic go into one entry.
};

// Fetch for consumers and followers: sessions, limits over partitions that live on several shards, and waiting.
//
// A request runs on the shard of its session, and on its connection's shard if it has none.  It reads each partition at
// its home, all shards at once; if that does not satisfy it, it watches the partitions, reads again those that moved,
// and so on until it has min.bytes, an error, or no more time (docs/adr/045).
// Shared by all shards; each touches only its own sessions.
class Fetcher {
 public:
  // `session_slots`: max.incremental.fetch.session.cache.slots, divided among the shards.  `replicas` outlives it.
  Fetcher(HostedReplicas& replicas, std::size_t session_slots, std::uint64_t seed);

  // On the connection's shard, one of HostedReplicas::shards().  `cancellation`, if any, ends the wait early.
  Task<FetchOutcome> fetch(FetchQuery query, FetchAdmission admission, TopicNameOf topic_name_of,
                           std::shared_ptr<FetchCancellation> cancellation);

  const FetchSessionCache& sessions(std::size_t shard_index) const { return *sessions_[shard_index]; }

 private:
  Task<FetchOutcome> run(FetchQuery& query, FetchAdmission& admission, TopicNameOf& topic_name_of, std::size_t shard,
                         std::shared_ptr<FetchWait> wait);

  HostedReplicas& replicas_;
  std::vector<std::unique_ptr<FetchSessionCache>> sessions_;
};

}  // namespace muir::server
