#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "server/config/describe.h"
#include "server/controller/api_error.h"
#include "server/controller/topic_rules.h"
#include "server/handlers/effective_config.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "server/runtime/loggers.h"
#include "wire/schema/describe_configs_request.h"
#include "wire/schema/describe_configs_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::DescribeConfigsRequest;
using Response = wire::DescribeConfigsResponse;
using Asked = Request::DescribeConfigsResource;
using Described = Response::DescribeConfigsResult;

constexpr std::int8_t kUnknownType = 0;

ConfigResourceType type_of(const Asked& asked) { return static_cast<ConfigResourceType>(asked.resource_type); }

void refuse(RequestContext& ctx, Described& answer, ErrorCode error, std::string message) {
  answer.error_code = error;
  answer.error_message = ctx.keep(std::move(message));
}

// What the principal may not do, in the code of that type of resource; NONE if it may.
ErrorCode authorize(RequestContext& ctx, const Asked& asked) {
  constexpr auto kOperation = auth::Operation::DESCRIBE_CONFIGS;
  switch (type_of(asked)) {
    case ConfigResourceType::TOPIC:
      return ctx.may_topic(kOperation, ctx.tenant().to_stored(asked.resource_name))
                 ? ErrorCode::NONE
                 : ErrorCode::TOPIC_AUTHORIZATION_FAILED;
    case ConfigResourceType::GROUP:
      return ctx.may(kOperation, {auth::ResourceType::GROUP, asked.resource_name})
                 ? ErrorCode::NONE
                 : ErrorCode::GROUP_AUTHORIZATION_FAILED;
    default:
      return ctx.may_cluster(kOperation) ? ErrorCode::NONE : ErrorCode::CLUSTER_AUTHORIZATION_FAILED;
  }
}

std::vector<ConfigEntry> describe_topic(RequestContext& ctx, const Asked& asked, Described& answer) {
  const StoredTopicView name = ctx.tenant().to_stored(asked.resource_name);
  if (const auto problem = topic_name_problem(name.name)) {
    refuse(ctx, answer, ErrorCode::INVALID_TOPIC_EXCEPTION, *problem);
    return {};
  }
  if (ctx.image().topics.find(name) == nullptr) {
    answer.error_code = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    return {};
  }
  return describe_topic(ctx.image().configs.of({ConfigResourceType::TOPIC, std::string(name.name)}),
                        effective_config(ctx));
}

// Whether the resource names this broker.
bool is_this_broker(RequestContext& ctx, const Asked& asked, std::string_view expected, Described& answer) {
  std::int32_t id = -1;
  const std::string_view text = asked.resource_name;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) {
    refuse(ctx, answer, ErrorCode::INVALID_REQUEST, fmt::format("Broker id must be an integer, but it is: {}", text));
  } else if (id != ctx.services().config.node_id.value) {
    refuse(ctx, answer, ErrorCode::INVALID_REQUEST,
           fmt::format("Unexpected broker id, expected {} but received {}", expected, text));
  }
  return answer.error_code == ErrorCode::NONE;
}

std::vector<ConfigEntry> describe_broker(RequestContext& ctx, const Asked& asked, Described& answer) {
  if (asked.resource_name.empty()) return describe_cluster_defaults(effective_config(ctx));
  const std::string expected = fmt::format("{} or empty string,", ctx.services().config.node_id.value);
  if (!is_this_broker(ctx, asked, expected, answer)) return {};
  return server::describe_broker(effective_config(ctx));
}

std::vector<ConfigEntry> describe_loggers(RequestContext& ctx, const Asked& asked, Described& answer) {
  if (asked.resource_name.empty()) {
    refuse(ctx, answer, ErrorCode::INVALID_REQUEST, "Broker id must not be empty");
    return {};
  }
  if (!is_this_broker(ctx, asked, std::to_string(ctx.services().config.node_id.value), answer)) return {};
  std::vector<ConfigEntry> entries;
  for (const auto& [logger, level] : logger_levels()) {
    auto& entry = entries.emplace_back();
    entry.name = logger;
    entry.value = std::string(name(level));
    entry.source = ConfigSource::DYNAMIC_BROKER_LOGGER_CONFIG;
  }
  return entries;
}

std::vector<ConfigEntry> describe(RequestContext& ctx, const Asked& asked, Described& answer) {
  const std::string name(asked.resource_name);
  switch (type_of(asked)) {
    case ConfigResourceType::TOPIC:
      return describe_topic(ctx, asked, answer);
    case ConfigResourceType::BROKER:
      return describe_broker(ctx, asked, answer);
    case ConfigResourceType::BROKER_LOGGER:
      return describe_loggers(ctx, asked, answer);
    case ConfigResourceType::CLIENT_METRICS:
      if (!name.empty()) return describe_client_metrics(ctx.image().configs.of({type_of(asked), name}));
      refuse(ctx, answer, ErrorCode::INVALID_REQUEST, "Client metrics subscription name must not be empty");
      return {};
    case ConfigResourceType::GROUP:
      if (!name.empty()) return describe_group(ctx.image().configs.of({type_of(asked), name}), effective_config(ctx));
      refuse(ctx, answer, ErrorCode::INVALID_REQUEST, "Group name must not be empty");
      return {};
    default:
      return {};
  }
}

bool names_known_type(const Asked& asked) {
  switch (type_of(asked)) {
    case ConfigResourceType::TOPIC:
    case ConfigResourceType::BROKER:
    case ConfigResourceType::BROKER_LOGGER:
    case ConfigResourceType::CLIENT_METRICS:
    case ConfigResourceType::GROUP:
      return true;
    default:
      return false;
  }
}

// A type that is none fails the request as a whole, in Kafka's words for any such request.
Response refuse_all(RequestContext& ctx, const Request& request) {
  Response response;
  for (const Asked& asked : request.resources) {
    Described& answer = response.results.emplace_back();
    answer.resource_type = asked.resource_type;
    answer.resource_name = asked.resource_name;
    refuse(ctx, answer, ErrorCode::INVALID_REQUEST,
           "This most likely occurs because of a request being malformed by the client library or the message was sent "
           "to an incompatible broker. See the broker logs for more details.");
  }
  return response;
}

void write(RequestContext& ctx, const ConfigEntry& entry, bool with_synonyms, Described& answer) {
  auto& config = answer.configs.emplace_back();
  config.name = ctx.keep(entry.name);
  config.value = std::nullopt;
  if (entry.value) config.value = ctx.keep(*entry.value);
  config.documentation = std::nullopt;
  config.read_only = entry.read_only;
  config.config_source = static_cast<std::int8_t>(entry.source);
  config.is_sensitive = entry.sensitive;
  config.config_type = entry.type ? static_cast<std::int8_t>(*entry.type) : kUnknownType;
  if (!with_synonyms) return;
  for (const ConfigSynonym& from : entry.synonyms) {
    auto& synonym = config.synonyms.emplace_back();
    synonym.name = ctx.keep(from.name);
    synonym.value = std::nullopt;
    if (from.value) synonym.value = ctx.keep(*from.value);
    synonym.source = static_cast<std::int8_t>(from.source);
  }
}

}  // namespace

// DescribeConfigs (API key 32): the settings of topics, brokers, groups and client-metrics subscriptions, each with
// where its value comes from (KIP-226), and the levels of loggers (KIP-412).  Versions 1-4.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  Response response;
  if (!std::ranges::all_of(request.resources, names_known_type)) co_return refuse_all(ctx, request);
  std::vector<Described> refused;  // They come last.
  for (const Asked& asked : request.resources) {
    const ErrorCode refusal = authorize(ctx, asked);
    Described& answer = (refusal == ErrorCode::NONE ? response.results : refused).emplace_back();
    answer.resource_type = asked.resource_type;
    answer.resource_name = asked.resource_name;
    if (refusal != ErrorCode::NONE) {
      refuse(ctx, answer, refusal, *ApiError::with_default_message(refusal).message);
      continue;
    }
    std::set<std::string_view> wanted;
    if (asked.configuration_keys) wanted.insert(asked.configuration_keys->begin(), asked.configuration_keys->end());
    for (const ConfigEntry& entry : describe(ctx, asked, answer)) {
      if (wanted.empty() || wanted.contains(entry.name)) write(ctx, entry, request.include_synonyms, answer);
    }
  }
  std::ranges::move(refused, std::back_inserter(response.results));
  co_return response;
}

}  // namespace muir::server
