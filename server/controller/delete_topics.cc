#include "server/controller/delete_topics.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::DeleteTopicsRequest;
using Response = wire::DeleteTopicsResponse;

// Things that were given: those given once, and those given again.
template <class T>
class Given {
 public:
  void add(const T& one) {
    if (!once_.insert(one).second) again_.insert(one);
  }
  std::set<T> once() const {
    auto left = once_;
    for (const auto& one : again_) left.erase(one);
    return left;
  }
  const std::set<T>& again() const { return again_; }

 private:
  std::set<T> once_;
  std::set<T> again_;
};

class Deletion {
 public:
  explicit Deletion(const DecideContext& context) : context_(context) {}

  Decision<Response> decide(const Request& request) {
    collect(request);
    for (const auto name : names_.again())
      answer(name, kZeroUuid, ApiError(ErrorCode::INVALID_REQUEST, "Duplicate topic name."));
    for (const auto& id : ids_.again())
      answer(std::nullopt, id, ApiError(ErrorCode::INVALID_REQUEST, "Duplicate topic id."));
    for (const auto& id : ids_.once()) resolve_id(id);
    for (const auto name : names_.once()) resolve_name(name);
    remove_resolved();
    return std::move(decision_);
  }

 private:
  void collect(const Request& request) {
    for (const auto name : request.topic_names) names_.add(name);
    for (const auto& topic : request.topics) {
      const bool has_id = !topic.topic_id.is_zero();
      if (!topic.name && !has_id) {
        answer(std::nullopt, kZeroUuid,
               ApiError(ErrorCode::INVALID_REQUEST, "Neither topic name nor id were specified."));
      } else if (!topic.name) {
        ids_.add(topic.topic_id);
      } else if (!has_id) {
        names_.add(*topic.name);
      } else {
        answer(topic.name, topic.topic_id,
               ApiError(ErrorCode::INVALID_REQUEST, "You may not specify both topic name and topic id."));
      }
    }
  }

  void resolve_id(const Uuid& id) {
    const auto* topic = context_.image().topics.find(id);
    if (topic == nullptr) return answer(std::nullopt, id, ApiError::with_default_message(ErrorCode::UNKNOWN_TOPIC_ID));
    const auto name = decision_.texts.keep(topic->name.name);
    if (context_.permissions().may_delete_topic(name)) {
      doomed_.emplace(id, name);
      return;
    }
    const bool is_visible = context_.permissions().may_describe_topic_to_delete(name);
    answer(is_visible ? std::optional(name) : std::nullopt, id,
           ApiError::with_default_message(ErrorCode::TOPIC_AUTHORIZATION_FAILED));
  }

  void resolve_name(std::string_view name) {
    const auto* topic = context_.image().topics.find(StoredTopicView{name});
    // Without permission nobody learns whether the topic exists.
    if (!context_.permissions().may_describe_topic_to_delete(name) ||
        (topic != nullptr && !context_.permissions().may_delete_topic(name)))
      return answer(name, kZeroUuid, ApiError::with_default_message(ErrorCode::TOPIC_AUTHORIZATION_FAILED));
    if (topic == nullptr)
      return answer(name, kZeroUuid, ApiError::with_default_message(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
    const auto id = topic->id;
    if (!ids_.again().contains(id) && doomed_.emplace(id, name).second) return;
    doomed_.erase(id);
    answer(name, id,
           ApiError(ErrorCode::INVALID_REQUEST, "The provided topic name maps to an ID that was already supplied."));
  }

  void remove_resolved() {
    RecordBatch records;
    std::map<Uuid, ApiError> refused;
    for (const auto& [id, name] : doomed_) {
      auto error = context_.charge_mutation(context_.image().topics.find(id)->partitions.size());
      if (error.failed()) {
        refused.emplace(id, std::move(error));
        continue;
      }
      wire::RemoveTopicRecord record;
      record.topic_id = id;
      records.add(record);
    }
    for (const auto& [id, name] : doomed_) {
      const auto found = refused.find(id);
      answer(name, id, found != refused.end() ? found->second : records.problem());
    }
    if (!records.problem().failed()) decision_.records = records.take();
  }

  void answer(std::optional<std::string_view> name, const Uuid& id, const ApiError& error) {
    auto& result = decision_.response.responses.emplace_back();
    result.name = name;
    result.topic_id = id;
    result.error_code = error.code;
    result.error_message = decision_.texts.keep(error.message);
  }

  const DecideContext& context_;
  Decision<Response> decision_;
  Given<std::string_view> names_;
  Given<Uuid> ids_;
  std::map<Uuid, std::string_view> doomed_;
};

// With delete.topic.enable=false.
Decision<Response> refuse_all(const Request& request, std::int16_t version) {
  Decision<Response> decision;
  const auto code = version < 3 ? ErrorCode::INVALID_REQUEST : ErrorCode::TOPIC_DELETION_DISABLED;
  const auto answer = [&](std::optional<std::string_view> name, const Uuid& id) {
    auto& result = decision.response.responses.emplace_back();
    result.name = name;
    result.topic_id = id;
    result.error_code = code;
  };
  for (const auto name : request.topic_names) answer(name, kZeroUuid);
  for (const auto& topic : request.topics) answer(topic.name, topic.topic_id);
  return decision;
}

}  // namespace

Decision<Response> decide_delete_topics(const DecideContext& context, const Request& request) {
  if (!context.settings.delete_topic_enable) return refuse_all(request, context.request.api_version);
  return Deletion(context).decide(request);
}

}  // namespace muir::server
