#include "server/handlers/produce.h"

#include <map>
#include <memory>

#include "server/errc.h"
#include "server/handlers/current_leader.h"
#include "server/handlers/encode_answer.h"
#include "server/handlers/fan_out.h"
#include "server/handlers/internal_topics.h"
#include "server/handlers/services.h"
#include "server/handlers/throttle.h"
#include "server/handlers/topic_lookup.h"
#include "server/publishing/metadata_cache.h"
#include "server/runtime/log.h"
#include "server/to_wire.h"
#include "storage/log/record_analysis.h"
#include "wire/codec/reader.h"
#include "wire/record/batch.h"
#include "wire/schema/produce_request.h"
#include "wire/schema/produce_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::ProduceRequest;
using Response = wire::ProduceResponse;

constexpr std::int16_t kAllInSync = -1;
constexpr std::int16_t kNoAnswer = 0;
constexpr std::int16_t kLeaderOnly = 1;
constexpr std::int16_t kFirstVersionWithTopicIds = 13;

// One partition of the request, from its records to its answer.
struct Write {
  PartitionKey key;
  const TopicImage* topic = nullptr;
  std::int32_t index = 0;
  MutableByteView records;
  ErrorCode error = ErrorCode::NONE;
  Partition::Append appended;
};

struct TopicWrites {
  std::string_view name;
  Uuid topic_id;
  std::vector<Write> writes;
};

// The whole request while it is being worked on.
struct Produce {
  Request request;
  std::vector<TopicWrites> topics;
  Instant deadline{};
};

// What only clients that are too old, or no clients at all, send.  Null records are Kafka's to crash on, not ours.
ErrorCode check_records(std::int16_t version, const wire::Records& records) {
  if (records.is_null) return ErrorCode::INVALID_RECORD;
  const auto rejection = storage::check_produced_records(records.bytes, version);
  return rejection ? to_wire(rejection->error) : ErrorCode::NONE;
}

bool is_transactional(const Request& request) {
  for (const auto& topic : request.topic_data) {
    for (const auto& partition : topic.partition_data) {
      const auto first = wire::BatchView::parse(partition.records.bytes);
      if (first && first->is_transactional()) return true;
    }
  }
  return false;
}

// Records in a transaction take a transactional id that the client may use, even if it names none (CVE-2018-17196).
bool may_transact(const RequestContext& ctx, const Request& request) {
  return request.transactional_id &&
         ctx.may(auth::Operation::WRITE, {auth::ResourceType::TRANSACTIONAL_ID, *request.transactional_id});
}

// Kafka's order: is the id known, may the client write, does the partition exist, are the records acceptable, is acks.
ErrorCode admit_topic(const RequestContext& ctx, const TopicImage* topic, StoredTopicView name) {
  if (topic == nullptr && ctx.api_version >= kFirstVersionWithTopicIds) return ErrorCode::UNKNOWN_TOPIC_ID;
  return ctx.may_topic(auth::Operation::WRITE, name) ? ErrorCode::NONE : ErrorCode::TOPIC_AUTHORIZATION_FAILED;
}

ErrorCode admit(RequestContext& ctx, const Request& request, const TopicImage* topic, StoredTopicView name,
                const Request::PartitionProduceData& partition) {
  if (!find_partition(topic, partition.index)) return ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
  const ErrorCode records = check_records(ctx.api_version, partition.records);
  if (records != ErrorCode::NONE) return records;
  const bool acks_are_valid = request.acks == kAllInSync || request.acks == kNoAnswer || request.acks == kLeaderOnly;
  if (!acks_are_valid) return ErrorCode::INVALID_REQUIRED_ACKS;
  // Kafka's own admin tools may write there, and nobody else.
  if (is_internal_topic(name) && ctx.client_id != "__admin_client") return ErrorCode::INVALID_TOPIC_EXCEPTION;
  return ErrorCode::NONE;
}

// Kafka looks into the first batch of every partition before anything else: where that is none, it fails the request as
// a whole.
std::optional<storage::RecordRejection> check_first_batches(const Request& request) {
  for (const auto& topic : request.topic_data) {
    for (const auto& partition : topic.partition_data) {
      if (partition.records.is_null) continue;
      if (auto refused = storage::check_first_batch(partition.records.bytes)) return refused;
    }
  }
  return std::nullopt;
}

// What every partition is answered when the request is refused as a whole.
struct Refusal {
  ErrorCode error;
  std::optional<std::string> message;
};

void refuse_all(Produce& produce, const Refusal& why) {
  // There is nothing to wait for.
  if (produce.request.acks != kNoAnswer) produce.request.acks = kLeaderOnly;
  for (const auto& asked : produce.request.topic_data) {
    TopicWrites& of_topic = produce.topics.emplace_back(TopicWrites{asked.name, asked.topic_id, {}});
    for (const auto& partition : asked.partition_data) {
      Write& write = of_topic.writes.emplace_back();
      write.index = partition.index;
      write.error = why.error;
      write.appended.rejection.client_message = why.message;
    }
  }
}

void admit_all(RequestContext& ctx, Produce& produce) {
  const TopicsImage& topics = ctx.image().topics;
  for (const auto& asked : produce.request.topic_data) {
    const TopicImage* topic =
        asked.topic_id.is_zero() ? topics.find(ctx.tenant().to_stored(asked.name)) : topics.find(asked.topic_id);
    if (topic != nullptr && !ctx.tenant().owns(topic->name)) topic = nullptr;
    const StoredTopicView name = topic == nullptr ? ctx.tenant().to_stored(asked.name) : topic->name.view();
    TopicWrites& of_topic = produce.topics.emplace_back(TopicWrites{asked.name, asked.topic_id, {}});
    const ErrorCode of_whole = admit_topic(ctx, topic, name);
    for (const auto& partition : asked.partition_data) {
      Write& write = of_topic.writes.emplace_back();
      write.topic = topic;
      write.index = partition.index;
      write.error = of_whole != ErrorCode::NONE ? of_whole : admit(ctx, produce.request, topic, name, partition);
      if (write.error != ErrorCode::NONE) continue;
      write.key = {topic->id, PartitionId{partition.index}};
      // The frame is ours alone: offsets are assigned where the records stand.
      write.records = {const_cast<std::byte*>(partition.records.bytes.data()), partition.records.bytes.size()};
    }
  }
}

std::vector<Write*> without_error(Produce& produce) {
  std::vector<Write*> writes;
  for (TopicWrites& topic : produce.topics) {
    for (Write& write : topic.writes) {
      if (write.error == ErrorCode::NONE) writes.push_back(&write);
    }
  }
  return writes;
}

Task<void> append_one(Result<std::shared_ptr<Partition>> partition, Write& write, bool all_in_sync) {
  if (!partition) {
    write.error = to_wire(partition.error());
    co_return;
  }
  write.appended = co_await (*partition)->append(write.records, all_in_sync, storage::AppendOrigin::client);
  write.error = to_wire(write.appended.error);
}

Task<void> await_one(Result<std::shared_ptr<Partition>> partition, Write& write, Instant deadline) {
  if (!partition) {
    write.error = to_wire(partition.error());
    co_return;
  }
  const auto committed = co_await (*partition)->await_committed(write.appended.end_offset(), deadline);
  if (!committed) write.error = to_wire(committed.error());
}

Task<void> flush_one(Result<std::shared_ptr<Partition>> partition, Write& write) {
  if (!partition) {
    write.error = to_wire(partition.error());
    co_return;
  }
  const auto flushed = co_await (*partition)->await_flushed(write.appended.end_offset());
  if (!flushed) write.error = to_wire(flushed.error());
}

void describe(RequestContext& ctx, const Write& write, Response& response, Response::PartitionProduceResponse& answer) {
  answer.index = write.index;
  answer.error_code = write.error;
  answer.base_offset = -1;
  if (write.error == ErrorCode::NONE) {
    answer.base_offset = write.appended.info.first_offset.value;
    answer.log_append_time_ms = write.appended.info.log_append_time;
    answer.log_start_offset = write.appended.info.log_start_offset.value;
    return;
  }
  if (write.appended.error) answer.log_start_offset = write.appended.info.log_start_offset.value;
  const storage::RecordRejection& rejection = write.appended.rejection;
  if (rejection.client_message) answer.error_message = ctx.keep(*rejection.client_message);
  for (const storage::RecordError& record : rejection.record_errors) {
    auto& error = answer.record_errors.emplace_back();
    error.batch_index = record.batch_index;
    error.batch_index_error_message = ctx.keep(record.message);
  }
  if (ctx.api_version >= 10 && write.error == ErrorCode::NOT_LEADER_OR_FOLLOWER) {
    tell_current_leader(ctx, *write.topic, write.index, answer, response);
  }
}

Response respond(RequestContext& ctx, const Produce& produce) {
  Response response;
  for (const TopicWrites& topic : produce.topics) {
    auto& answers = response.responses.emplace_back();
    answers.name = topic.name;
    answers.topic_id = topic.topic_id;
    for (const Write& write : topic.writes) {
      describe(ctx, write, response, answers.partition_responses.emplace_back());
    }
  }
  return response;
}

// Nobody reads an answer: the only way to say that something failed is to close the connection.
Result<Answer> answer_silently(RequestContext& ctx, const Produce& produce) {
  for (const TopicWrites& topic : produce.topics) {
    for (const Write& write : topic.writes) {
      if (write.error == ErrorCode::NONE) continue;
      log_info("Closing connection: produce with acks=0 failed", field("client", ctx.session().client()),
               field("topic", topic.name), field("partition", write.index), field("error", name(write.error)));
      return HandlerErrc::acks_zero_failed;
    }
  }
  Answer answer;
  answer.is_silent = true;
  return answer;
}

// acks=1: what flush.messages wants on stable storage first.
Task<void> await_flushes(RequestContext& ctx, Produce& produce) {
  std::vector<Write*> unflushed = without_error(produce);
  std::erase_if(unflushed, [](const Write* write) { return !write->appended.awaits_flush; });
  if (unflushed.empty()) co_return;
  co_await fan_out(ctx.services().replicas, std::move(unflushed),
                   [](auto partition, Write& write) { return flush_one(std::move(partition), write); });
}

Task<Result<Answer>> finish(RequestContext& ctx, std::unique_ptr<Produce> produce) {
  if (produce->request.acks == kAllInSync) {
    const Instant deadline = produce->deadline;
    co_await fan_out(ctx.services().replicas, without_error(*produce), [deadline](auto partition, Write& write) {
      return await_one(std::move(partition), write, deadline);
    });
  }
  if (produce->request.acks == kLeaderOnly) co_await await_flushes(ctx, *produce);
  const bool is_answered = produce->request.acks != kNoAnswer;
  std::int32_t throttle_time_ms = 0;
  if (ctx.throttle != nullptr) throttle_time_ms = co_await throttle_produce(ctx, is_answered);
  if (!is_answered) co_return answer_silently(ctx, *produce);
  Response response = respond(ctx, *produce);
  response.throttle_time_ms = throttle_time_ms;
  co_return encode_answer(ctx, response);
}

}  // namespace

Task<Result<Finish>> begin_produce(RequestContext& ctx, ByteView body) {
  auto produce = std::make_unique<Produce>();
  wire::Reader reader(body, ctx.decoded_bytes_max());
  const auto decoded = wire::decode(reader, ctx.api_version, produce->request);
  if (!decoded) co_return decoded.error();
  ctx.decoded(reader.memory_taken());
  const Request& request = produce->request;
  produce->deadline = ctx.services().clock.now() + std::chrono::milliseconds(std::max(request.timeout_ms, 0));
  if (const auto refused = check_first_batches(request)) {
    refuse_all(*produce, {to_wire(refused->error), refused->client_message});
    co_return finish(ctx, std::move(produce));
  }
  const bool is_in_transaction = is_transactional(request);
  if (is_in_transaction && !may_transact(ctx, request)) {
    refuse_all(*produce, {ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED, std::nullopt});
    co_return finish(ctx, std::move(produce));
  }
  admit_all(ctx, *produce);
  if (is_in_transaction) {
    // Without a transaction coordinator nothing could ever end the transaction, and readers would wait for ever.
    for (Write* write : without_error(*produce)) write->error = ErrorCode::INVALID_TXN_STATE;
  }
  const bool all_in_sync = request.acks == kAllInSync;
  co_await fan_out(ctx.services().replicas, without_error(*produce), [all_in_sync](auto partition, Write& write) {
    return append_one(std::move(partition), write, all_in_sync);
  });
  co_return finish(ctx, std::move(produce));
}

}  // namespace muir::server
