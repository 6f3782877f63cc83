#include "server/controller/alter_configs_screening.h"

#include <charconv>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace muir::server {
namespace {

using wire::ErrorCode;
using Key = std::pair<std::int8_t, std::string_view>;

ApiError invalid(std::string message) { return {ErrorCode::INVALID_REQUEST, std::move(message)}; }

std::int8_t operation_of(const wire::IncrementalAlterConfigsRequest::AlterableConfig& config) {
  return config.config_operation;
}
std::int8_t operation_of(const wire::AlterConfigsRequest::AlterableConfig&) { return 0; }

// Settings that are named twice, or have no value and need one.
template <class Resource>
std::optional<ApiError> problem_with_keys(const Resource& resource) {
  std::set<std::string_view> seen;
  std::string nulls;
  for (const auto& config : resource.configs) {
    if (!seen.insert(config.name).second) return invalid("Error due to duplicate config keys");
    const bool deletes = operation_of(config) == static_cast<std::int8_t>(ConfigOperation::DELETE);
    if (!deletes && !config.value) nulls += (nulls.empty() ? "" : ", ") + std::string(config.name);
  }
  if (nulls.empty()) return std::nullopt;
  return invalid("Null value not supported for : " + nulls);
}

// A broker changes its own settings, or the defaults of all.
std::optional<ApiError> problem_with_node(const ConfigResource& resource, NodeId this_node) {
  if (resource.name.empty()) return std::nullopt;
  std::int32_t id = 0;
  const auto* end = resource.name.data() + resource.name.size();
  const auto parsed = std::from_chars(resource.name.data(), end, id);
  if (parsed.ec != std::errc() || parsed.ptr != end)
    return invalid(fmt::format("Node id must be an integer, but it is: {}", resource.name));
  if (id == this_node.value) return std::nullopt;
  return invalid(fmt::format("Unexpected broker id, expected {}, but received {}", this_node.value, resource.name));
}

// AlterConfigs does not know of loggers.
template <class Resource, class Change>
std::optional<ApiError> answer_of_loggers(const Resource& resource, const Change& change) {
  if constexpr (std::is_same_v<Change, LoggerChange>) {
    return change(resource);
  } else {
    return invalid(fmt::format("Unknown resource type {}", resource.resource_type));
  }
}

struct NoLoggers {};

template <class Resource, class Change>
std::optional<ApiError> answer_of(const Resource& resource, NodeId this_node, const BrokerCheck& check,
                                  const Change& change_loggers) {
  auto problem = problem_with_keys(resource);
  if (problem) return problem;
  const ConfigResource target{config_resource_type_of(resource.resource_type), std::string(resource.resource_name)};
  switch (target.type) {
    case ConfigResourceType::TOPIC:
    case ConfigResourceType::GROUP:
    case ConfigResourceType::CLIENT_METRICS:
      return std::nullopt;
    case ConfigResourceType::BROKER:
      break;
    case ConfigResourceType::BROKER_LOGGER:
      return answer_of_loggers(resource, change_loggers);
    default:
      return invalid(fmt::format("Unknown resource type {}", resource.resource_type));
  }
  problem = problem_with_node(target, this_node);
  if (problem) return problem;
  ConfigOperations operations;
  for (const auto& config : resource.configs) {
    const auto operation = operation_of(config);
    if (operation < 0 || operation > 3) return invalid(fmt::format("Unknown operations type {}", operation));
    ConfigOperations::One what{static_cast<ConfigOperation>(operation), std::nullopt};
    if (config.value) what.value = std::string(*config.value);
    operations.set(config.name, std::move(what));
  }
  return check(target, operations);
}

template <class Request, class Change>
Screened<Request> screen_any(const Request& request, NodeId this_node, const BrokerCheck& check,
                             const Change& change_loggers) {
  Screened<Request> screened;
  screened.remaining.validate_only = request.validate_only;
  std::map<Key, int> count;
  for (const auto& resource : request.resources) ++count[{resource.resource_type, resource.resource_name}];
  for (const auto& resource : request.resources) {
    auto& answer = screened.answers.emplace_back();
    if (count[{resource.resource_type, resource.resource_name}] > 1) {
      answer = invalid("Each resource must appear at most once.");
    } else {
      answer = answer_of(resource, this_node, check, change_loggers);
    }
    if (!answer) screened.remaining.resources.push_back(resource);
  }
  return screened;
}

template <class Request, class Response>
Response reassemble_any(const Request& request, const std::vector<std::optional<ApiError>>& answers,
                        const Response& controller, Texts& texts) {
  std::map<Key, const typename decltype(Response::responses)::value_type*> by_resource;
  for (const auto& one : controller.responses) by_resource[{one.resource_type, one.resource_name}] = &one;
  Response response;
  for (std::size_t i = 0; i < request.resources.size(); ++i) {
    const auto& resource = request.resources[i];
    auto& result = response.responses.emplace_back();
    result.resource_type = resource.resource_type;
    result.resource_name = resource.resource_name;
    const auto at = by_resource.find({resource.resource_type, resource.resource_name});
    if (answers[i]) {
      result.error_code = answers[i]->code;
      result.error_message = texts.keep(answers[i]->message);
    } else if (at != by_resource.end()) {
      result.error_code = at->second->error_code;
      result.error_message = at->second->error_message;
    } else {
      result.error_code = ErrorCode::UNKNOWN_SERVER_ERROR;
      result.error_message.reset();
    }
  }
  return response;
}

template <class Request>
void refuse_own_in(Screened<Request>& screened, const Request& request, NodeId this_node, const ApiError& problem) {
  const auto is_own = [&](const auto& resource) {
    return config_resource_type_of(resource.resource_type) == ConfigResourceType::BROKER &&
           resource.resource_name == std::to_string(this_node.value);
  };
  for (std::size_t i = 0; i < request.resources.size(); ++i)
    if (is_own(request.resources[i]) && !screened.answers[i]) screened.answers[i] = problem;
  std::erase_if(screened.remaining.resources, is_own);
}

}  // namespace

Screened<wire::IncrementalAlterConfigsRequest> screen(const wire::IncrementalAlterConfigsRequest& request,
                                                      NodeId this_node, const BrokerCheck& check,
                                                      const LoggerChange& change_loggers) {
  return screen_any(request, this_node, check, change_loggers);
}

Screened<wire::AlterConfigsRequest> screen(const wire::AlterConfigsRequest& request, NodeId this_node,
                                           const BrokerCheck& check) {
  return screen_any(request, this_node, check, NoLoggers());
}

wire::IncrementalAlterConfigsResponse reassemble(const wire::IncrementalAlterConfigsRequest& request,
                                                 const std::vector<std::optional<ApiError>>& answers,
                                                 const wire::IncrementalAlterConfigsResponse& controller,
                                                 Texts& texts) {
  return reassemble_any(request, answers, controller, texts);
}

wire::AlterConfigsResponse reassemble(const wire::AlterConfigsRequest& request,
                                      const std::vector<std::optional<ApiError>>& answers,
                                      const wire::AlterConfigsResponse& controller, Texts& texts) {
  return reassemble_any(request, answers, controller, texts);
}

void refuse_own(Screened<wire::IncrementalAlterConfigsRequest>& screened,
                const wire::IncrementalAlterConfigsRequest& request, NodeId this_node, const ApiError& problem) {
  refuse_own_in(screened, request, this_node, problem);
}

void refuse_own(Screened<wire::AlterConfigsRequest>& screened, const wire::AlterConfigsRequest& request,
                NodeId this_node, const ApiError& problem) {
  refuse_own_in(screened, request, this_node, problem);
}

}  // namespace muir::server
