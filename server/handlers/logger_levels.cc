#include "server/handlers/logger_levels.h"

#include <charconv>

#include <fmt/format.h>

#include "server/controller/alter_config_resource.h"
#include "server/runtime/log.h"
#include "server/runtime/loggers.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Resource = wire::IncrementalAlterConfigsRequest::AlterConfigsResource;
using Change = wire::IncrementalAlterConfigsRequest::AlterableConfig;

ApiError invalid(std::string message) { return {ErrorCode::INVALID_REQUEST, std::move(message)}; }

ApiError problem_with_node(std::string_view name, NodeId this_node) {
  std::int32_t id = 0;
  const auto* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data(), end, id);
  if (parsed.ec != std::errc() || parsed.ptr != end)
    return invalid(fmt::format("Node id must be an integer, but it is: {}", name));
  if (id == this_node.value) return {};
  return invalid(fmt::format("Unexpected node id. Expected {}, but received {}", this_node.value, id));
}

ApiError problem_with_level(const Change& change) {
  const std::string_view level = change.value.value_or("");
  if (log_level_of(level)) return {};
  return {ErrorCode::INVALID_CONFIG,
          fmt::format("Cannot set the log level of {} to {} as it is not a supported log level. Valid log levels are "
                      "DEBUG, ERROR, FATAL, INFO, TRACE, WARN",
                      change.name, level)};
}

ApiError problem_with_change(const Change& change) {
  const bool is_known = is_logger(change.name);
  const ApiError unknown(ErrorCode::INVALID_CONFIG, fmt::format("Logger {} does not exist!", change.name));
  switch (static_cast<ConfigOperation>(change.config_operation)) {
    case ConfigOperation::SET:
      return is_known ? problem_with_level(change) : unknown;
    case ConfigOperation::DELETE:
      if (!is_known) return unknown;
      if (change.name == kRootLogger) return invalid("Removing the log level of the root logger is not allowed");
      return {};
    case ConfigOperation::APPEND:
      return invalid("APPEND operation is not allowed for the BROKER_LOGGER resource");
    case ConfigOperation::SUBTRACT:
      return invalid("SUBTRACT operation is not allowed for the BROKER_LOGGER resource");
  }
  return ApiError(ErrorCode::UNKNOWN_SERVER_ERROR);  // Kafka fails the same way, having no such operation.
}

void carry_out(const Change& change) {
  if (static_cast<ConfigOperation>(change.config_operation) == ConfigOperation::DELETE) {
    unset_logger_level(change.name);
    log_warn("Unset a log level", field("logger", change.name));
  } else {
    set_logger_level(change.name, *log_level_of(*change.value));
    log_warn("Updated a log level", field("logger", change.name), field("level", *change.value));
  }
}

}  // namespace

ApiError alter_loggers(const Resource& resource, NodeId this_node, bool validate_only) {
  auto problem = problem_with_node(resource.resource_name, this_node);
  for (const Change& change : resource.configs) {
    if (problem.failed()) return problem;
    problem = problem_with_change(change);
  }
  if (problem.failed() || validate_only) return problem;
  for (const Change& change : resource.configs) carry_out(change);
  return {};
}

}  // namespace muir::server
