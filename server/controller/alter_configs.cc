#include "server/controller/alter_configs.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "server/controller/alter_config_resource.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

// One resource of either request, with what is to happen to it.
struct Item {
  std::int8_t type_id = 0;
  ConfigResource resource;
  ConfigOperations operations;
  bool has_unknown_operation = false;
};

ApiError not_authorized(ConfigResourceType type) {
  switch (type) {
    case ConfigResourceType::TOPIC:
      return ApiError::with_default_message(ErrorCode::TOPIC_AUTHORIZATION_FAILED);
    case ConfigResourceType::GROUP:
      return ApiError::with_default_message(ErrorCode::GROUP_AUTHORIZATION_FAILED);
    default:
      return ApiError::with_default_message(ErrorCode::CLUSTER_AUTHORIZATION_FAILED);
  }
}

// What is refused before the controller proper looks at it, in Kafka's order.
ApiError problem_with_item(const DecideContext& context, const Item& item, bool is_duplicate) {
  if (item.resource.type == ConfigResourceType::UNKNOWN)
    return {ErrorCode::UNSUPPORTED_VERSION, fmt::format("Unknown resource type {}.", item.type_id)};
  if (is_duplicate) return {ErrorCode::INVALID_REQUEST, "Duplicate resource."};
  if (item.resource.type == ConfigResourceType::BROKER_LOGGER)
    return {ErrorCode::INVALID_REQUEST, "Unexpected resource type BROKER_LOGGER."};
  if (!context.permissions().may_alter_configs(item.resource.type, item.resource.name))
    return not_authorized(item.resource.type);
  // Kafka fails the same way, having no such operation.
  if (item.has_unknown_operation) return ApiError(ErrorCode::UNKNOWN_SERVER_ERROR);
  return {};
}

Item item_of(const wire::IncrementalAlterConfigsRequest::AlterConfigsResource& resource) {
  Item item{resource.resource_type,
            {config_resource_type_of(resource.resource_type), std::string(resource.resource_name)},
            {},
            false};
  for (const auto& config : resource.configs) {
    item.has_unknown_operation |= config.config_operation < 0 || config.config_operation > 3;
    ConfigOperations::One what{static_cast<ConfigOperation>(config.config_operation), std::nullopt};
    if (config.value) what.value = std::string(*config.value);
    item.operations.set(config.name, std::move(what));
  }
  return item;
}

Item item_of(const wire::AlterConfigsRequest::AlterConfigsResource& resource) {
  Item item{resource.resource_type,
            {config_resource_type_of(resource.resource_type), std::string(resource.resource_name)},
            {},
            false};
  for (const auto& config : resource.configs) {
    ConfigOperations::One what;
    if (config.value) what.value = std::string(*config.value);
    item.operations.set(config.name, std::move(what));
  }
  return item;
}

using Change = ConfigOutcome (*)(const DecideContext&, const Item&);

// Both APIs: each resource of the request by `change`, once.
template <class Request, class Response>
Decision<Response> decide(const DecideContext& context, const Request& request, Change change) {
  Decision<Response> decision;
  std::set<ConfigResource> seen;
  std::set<ConfigResource> twice;
  std::vector<Item> items;
  for (const auto& resource : request.resources) {
    items.push_back(item_of(resource));
    const auto& added = items.back().resource;
    if (!seen.insert(added).second && added.type != ConfigResourceType::UNKNOWN) twice.insert(added);
  }
  RecordBatch records;
  std::vector<ConfigChange> changes;
  std::set<ConfigResource> told;  // A resource that occurs twice is answered once.
  for (const auto& item : items) {
    const bool is_duplicate = twice.contains(item.resource);
    if (is_duplicate && !told.insert(item.resource).second) continue;
    auto error = problem_with_item(context, item, is_duplicate);
    if (!error.failed()) {
      auto outcome = change(context, item);
      error = outcome.error;
      if (!error.failed()) changes.push_back(std::move(outcome.change));
    }
    auto& result = decision.response.responses.emplace_back();
    result.error_code = error.code;
    result.error_message = decision.texts.keep(error.message);
    result.resource_type = item.type_id;
    result.resource_name = decision.texts.keep(item.resource.name);
  }
  for (const auto& made : changes) write_config_records(made, records);
  for (const auto& made : changes) write_clear_elr_records(context, made, records);
  if (records.problem().failed()) {
    for (auto& result : decision.response.responses) {
      result.error_code = records.problem().code;
      result.error_message = decision.texts.keep(records.problem().message);
    }
    return decision;
  }
  if (!request.validate_only) decision.records = records.take();
  return decision;
}

}  // namespace

Decision<wire::IncrementalAlterConfigsResponse> decide_incremental_alter_configs(
    const DecideContext& context, const wire::IncrementalAlterConfigsRequest& request) {
  return decide<wire::IncrementalAlterConfigsRequest, wire::IncrementalAlterConfigsResponse>(
      context, request, [](const DecideContext& in, const Item& item) {
        return alter_config_resource(in, item.resource, item.operations, ConfigTarget::existing_resource);
      });
}

Decision<wire::AlterConfigsResponse> decide_alter_configs(const DecideContext& context,
                                                          const wire::AlterConfigsRequest& request) {
  return decide<wire::AlterConfigsRequest, wire::AlterConfigsResponse>(
      context, request, [](const DecideContext& in, const Item& item) {
        return replace_config_resource(in, item.resource, item.operations);
      });
}

}  // namespace muir::server
