#include <algorithm>

#include "server/errc.h"
#include "server/fetching/fetcher.h"
#include "server/handlers/current_leader.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/handlers/throttle.h"
#include "server/handlers/topic_lookup.h"
#include "server/publishing/metadata_cache.h"
#include "server/throttling/client_throttle.h"
#include "server/to_wire.h"
#include "wire/codec/writer.h"
#include "wire/schema/fetch_request.h"
#include "wire/schema/fetch_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::FetchRequest;
using Response = wire::FetchResponse;

constexpr std::int32_t kDebuggingConsumer = -2;
constexpr std::int8_t kReadCommitted = 1;
constexpr std::int16_t kFirstVersionWithTopicIds = 13;
constexpr std::int16_t kFirstVersionWithReplicaState = 15;

std::int32_t replica_of(const RequestContext& ctx, const Request& request) {
  return ctx.api_version < kFirstVersionWithReplicaState ? request.replica_id : request.replica_state.replica_id;
}

FetchReader reader_of(const RequestContext& ctx, const Request& request) {
  FetchReader reader;
  const std::int32_t replica = replica_of(ctx, request);
  if (replica >= 0) {
    reader.isolation = FetchIsolation::log_end;
    reader.follower = NodeId{replica};
    reader.follower_epoch = ctx.api_version < kFirstVersionWithReplicaState ? -1 : request.replica_state.replica_epoch;
  } else if (replica == kDebuggingConsumer) {
    reader.isolation = FetchIsolation::log_end;
    reader.leader_only = false;
  } else {
    reader.isolation =
        request.isolation_level == kReadCommitted ? FetchIsolation::txn_committed : FetchIsolation::high_watermark;
    reader.leader_only = ctx.api_version < 11;  // Fetching from followers came with rack_id (KIP-392).
  }
  return reader;
}

FetchTarget target_of(RequestContext& ctx, std::string_view name, const Uuid& id, std::int32_t partition) {
  FetchTarget target;
  target.partition = PartitionId{partition};
  if (ctx.api_version < kFirstVersionWithTopicIds) {
    target.topic = StoredTopic{ctx.tenant().to_stored(name)};
    return target;
  }
  target.topic_id = id;
  const TopicImage* topic = ctx.image().topics.find(id);
  if (topic != nullptr && ctx.tenant().owns(topic->name)) target.topic = topic->name;
  return target;
}

std::optional<Epoch> given(std::int32_t epoch) {
  if (epoch < 0) return std::nullopt;
  return Epoch{epoch};
}

FetchSessionRequest session_of(RequestContext& ctx, const Request& request) {
  FetchSessionRequest session;
  session.session_id = request.session_id;
  session.session_epoch = request.session_epoch;
  session.uses_topic_ids = ctx.api_version >= kFirstVersionWithTopicIds;
  session.from_follower = replica_of(ctx, request) >= 0;
  for (const auto& topic : request.topics) {
    for (const auto& asked : topic.partitions) {
      FetchPartition& partition = session.partitions.emplace_back();
      partition.target = target_of(ctx, topic.topic, topic.topic_id, asked.partition);
      partition.fetch_offset = Offset{asked.fetch_offset};
      partition.partition_max_bytes = asked.partition_max_bytes;
      partition.log_start_offset = Offset{asked.log_start_offset};
      partition.current_leader_epoch = given(asked.current_leader_epoch);
      partition.last_fetched_epoch = given(asked.last_fetched_epoch);
    }
  }
  for (const auto& topic : request.forgotten_topics_data) {
    for (const std::int32_t partition : topic.partitions) {
      session.forgotten.push_back(target_of(ctx, topic.topic, topic.topic_id, partition));
    }
  }
  return session;
}

// May this request read that partition, and which topic is it?  Asked again as long as the request waits, so it looks
// at the newest image.
class Admission {
 public:
  Admission(RequestContext& ctx, bool from_follower) : ctx_(&ctx), from_follower_(from_follower) {}

  Result<Uuid> operator()(const FetchTarget& target) const {
    if (from_follower_ && !ctx_->may_cluster(auth::Operation::CLUSTER_ACTION)) {
      return HandlerErrc::topic_authorization_failed;
    }
    if (target.topic.name.empty()) return ReplicaErrc::unknown_topic_id;
    if (!from_follower_ && !ctx_->may_topic(auth::Operation::READ, target.topic)) {
      return HandlerErrc::topic_authorization_failed;
    }
    const TopicImage* topic = ctx_->services().metadata.image()->topics.find(target.topic.view());
    const auto key = find_partition(topic, target.partition.value);
    if (!key) return ReplicaErrc::unknown_topic_or_partition;
    return key->topic_id;
  }

 private:
  RequestContext* ctx_;
  bool from_follower_;
};

ErrorCode error_code(const RequestContext& ctx, const Error& error) {
  const ErrorCode code = to_wire(error);
  // Clients of that time do not know KAFKA_STORAGE_ERROR and would not retry.
  if (code == ErrorCode::KAFKA_STORAGE_ERROR && ctx.api_version <= 5) return ErrorCode::NOT_LEADER_OR_FOLLOWER;
  return code;
}

// Everything but the records.
void describe(RequestContext& ctx, const FetchedPartition& fetched, Response& response,
              Response::PartitionData& answer) {
  const PartitionRead& read = fetched.read;
  answer.partition_index = fetched.target.partition.value;
  answer.error_code = error_code(ctx, fetched.error);
  answer.high_watermark = read.high_watermark.value;
  answer.last_stable_offset = read.last_stable_offset.value;
  answer.log_start_offset = read.log_start_offset.value;
  answer.preferred_read_replica = read.preferred_read_replica.value;
  if (read.diverging_epoch) {
    answer.diverging_epoch.epoch = read.diverging_epoch->epoch.value;
    answer.diverging_epoch.end_offset = read.diverging_epoch->end_offset.value;
  }
  // Null says that nothing was looked up; what was refused before it was asked of the partition has an empty list.
  answer.aborted_transactions = std::nullopt;
  if (read.aborted_transactions) {
    auto& aborted = answer.aborted_transactions.emplace();
    for (const auto& transaction : *read.aborted_transactions) {
      aborted.push_back({.producer_id = transaction.producer_id.value, .first_offset = transaction.first_offset.value});
    }
  }
  const bool asked_the_wrong_broker =
      answer.error_code == ErrorCode::NOT_LEADER_OR_FOLLOWER || answer.error_code == ErrorCode::FENCED_LEADER_EPOCH;
  const TopicImage* topic = ctx.image().topics.find(fetched.target.topic.view());
  if (ctx.api_version >= 16 && asked_the_wrong_broker && topic != nullptr) {
    tell_current_leader(ctx, *topic, answer.partition_index, answer, response);
  }
}

// One entry a topic, as long as its partitions are neighbours.
class ResponseTopics {
 public:
  ResponseTopics(RequestContext& ctx, Response& response) : ctx_(ctx), response_(response) {}

  // The entry of a partition, described; what `slice_of` makes of its records goes with it.
  template <class SliceOf>
  void add(const FetchedPartition& fetched, const SliceOf& slice_of) {
    const FetchTarget& target = fetched.target;
    if (previous_ == nullptr || previous_->topic_id != target.topic_id || !(previous_->topic == target.topic)) {
      auto& topic = response_.responses.emplace_back();
      topic.topic = ctx_.keep(std::string(ctx_.tenant().to_client(target.topic)));
      topic.topic_id = target.topic_id;
    }
    previous_ = &target;
    auto& answer = response_.responses.back().partitions.emplace_back();
    describe(ctx_, fetched, response_, answer);
    // Errors carry empty records, not null ones; clients take null for a broken answer.
    answer.records = wire::Records::of({});
    const storage::FileSlice& records = fetched.read.records;
    if (records.size_bytes > 0) answer.records = wire::Records::external(records.size_bytes, slice_of(records));
  }

 private:
  RequestContext& ctx_;
  Response& response_;
  const FetchTarget* previous_ = nullptr;
};

// What the client would get, as Kafka counts it: the whole answer but its header.
Task<bool> ask_quota(RequestContext& ctx, const std::vector<const FetchedPartition*>& told) {
  Response response;
  ResponseTopics topics(ctx, response);
  for (const FetchedPartition* fetched : told) topics.add(*fetched, [](const auto&) { return 0u; });
  wire::Writer writer;
  const auto encoded = wire::encode(writer, ctx.api_version, response);
  constexpr std::size_t kSizeBytes = 4;
  co_return co_await may_answer_fetch(ctx, encoded ? writer.size() + kSizeBytes : 0);
}

// The session may live on another shard than the connection, whose quotas these are.
Task<bool> ask_quota_at(RequestContext& ctx, Shard& home, std::vector<const FetchedPartition*> told) {
  const auto ask = [&ctx, &told] { return ask_quota(ctx, told); };
  co_return co_await call(home, ask);
}

}  // namespace

// Fetch (API key 1): reads records of partitions; also how replicas follow a leader.
// Versions 4-18; sessions since 7 (KIP-227), topic ids since 13 (KIP-516).
Task<Response> handle(RequestContext& ctx, const Request& request) {
  FetchQuery query;
  query.session = session_of(ctx, request);
  query.reader = reader_of(ctx, request);
  query.max_wait = std::chrono::milliseconds(request.max_wait_ms);
  const bool from_follower = replica_of(ctx, request) >= 0;
  if (from_follower) ctx.throttle = nullptr;  // Replication is not the client's to pay for.
  query.max_bytes =
      std::min<std::int64_t>({request.max_bytes, ctx.services().config.fetch_max_bytes, fetch_bytes_max(ctx)});
  query.min_bytes = std::min<std::int64_t>(request.min_bytes, query.max_bytes);

  query.payer = CpuAccount::current();
  if (ctx.throttle != nullptr && (ctx.throttle->fetch() || ctx.throttle->request())) {
    query.gate = [&ctx, home = Shard::current()](const auto& told) { return ask_quota_at(ctx, *home, told); };
  }

  const TopicNameOf topic_name_of = [&ctx](const Uuid& id) {
    const TopicImage* topic = ctx.services().metadata.image()->topics.find(id);
    return topic != nullptr && ctx.tenant().owns(topic->name) ? topic->name : StoredTopic{};
  };
  const auto cancellation = std::make_shared<FetchCancellation>();
  ctx.session().waiting_fetch = cancellation;
  const FetchAdmission admission = Admission(ctx, from_follower);
  const auto outcome = co_await ctx.services().fetcher.fetch(std::move(query), admission, topic_name_of, cancellation);
  ctx.session().waiting_fetch = nullptr;
  if (outcome.error == ReplicaErrc::fetch_cancelled) co_return Response{};  // Nobody reads it.

  Response response;
  response.error_code = to_wire(outcome.error);
  response.session_id = outcome.session_id;
  ResponseTopics topics(ctx, response);
  for (const FetchedPartition& fetched : outcome.partitions)
    topics.add(fetched, [&ctx](const storage::FileSlice& records) { return ctx.add_slice(records); });
  co_return response;
}

}  // namespace muir::server
