#include "server/controller/alter_config_resource.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace muir::server {
namespace {

using wire::ErrorCode;

constexpr std::string_view kMinIsr = "min.insync.replicas";
constexpr std::string_view kCordonedLogDirs = "cordoned.log.dirs";

std::string_view name_of(ConfigOperation operation) {
  return operation == ConfigOperation::APPEND ? "APPEND" : "SUBTRACT";
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const auto comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (&part == &parts.front() ? "" : ",") + part;
  return text;
}

std::optional<std::string> stored(const DynamicConfigs& configs, std::string_view key) {
  const auto at = configs.find(key);
  return at == configs.end() ? std::nullopt : std::optional(at->second);
}

// `text` as a list with the operation done to it.
std::string edited(const std::optional<std::string>& text, const ConfigOperations::One& what) {
  std::vector<std::string> parts;
  for (auto& part : split(text.value_or(""))) {
    if (!part.empty()) parts.push_back(std::move(part));
  }
  for (const auto& value : split(what.value.value_or(""))) {
    const auto at = std::find(parts.begin(), parts.end(), value);
    if (what.operation == ConfigOperation::SUBTRACT) {
      if (at != parts.end()) parts.erase(at);
    } else if (at == parts.end()) {
      parts.push_back(value);
    }
  }
  return join(parts);
}

std::vector<std::string> trimmed_parts(std::string_view text) {
  auto parts = split(text);
  for (auto& part : parts) {
    const auto first = part.find_first_not_of(" \t");
    const auto last = part.find_last_not_of(" \t");
    part = first == std::string::npos ? "" : part.substr(first, last - first + 1);
  }
  return parts;
}

// Only a broker knows its directories by path; without one, entries can only be taken away.
bool adds_cordoned_dirs(const DynamicConfigs& existing, const std::optional<std::string>& value) {
  if (!value || value->find_first_not_of(" \t") == std::string::npos) return false;
  const auto current = existing.find(kCordonedLogDirs);
  const auto had = current == existing.end() ? std::vector<std::string>() : trimmed_parts(current->second);
  const auto wanted = trimmed_parts(*value);
  return !std::all_of(wanted.begin(), wanted.end(),
                      [&](const auto& one) { return std::find(had.begin(), had.end(), one) != had.end(); });
}

// Rules about single keys of a broker that protect the cluster.
ApiError problem_with_broker_key(const DecideContext& context, const ConfigResource& resource, std::string_view key,
                                 const std::optional<std::string>& value, const DynamicConfigs& existing) {
  if (resource.type != ConfigResourceType::BROKER) return {};
  if (key == kMinIsr && context.image().features.is_elr_enabled()) {
    if (!resource.name.empty())
      return {ErrorCode::INVALID_CONFIG, "Broker-level min.insync.replicas cannot be altered while ELR is enabled."};
    if (!value)
      return {ErrorCode::INVALID_CONFIG, "Cluster-level min.insync.replicas cannot be removed while ELR is enabled."};
  }
  if (key != kCordonedLogDirs) return {};
  if (context.metadata_version() < kCordonedLogDirsLevel) {
    return {ErrorCode::INVALID_CONFIG,
            "The cordoned.log.dirs configuration value cannot be set because it requires metadata.version >= 4.3-IV0"};
  }
  if (!context.request.is_forwarded && adds_cordoned_dirs(existing, value)) {
    return {ErrorCode::INVALID_CONFIG,
            "When updating cordoned.log.dirs via controllers,  the new value must be a subset of the current "
            "configuration value."};
  }
  return {};
}

ApiError problem_with_broker_name(const std::string& name) {
  if (name.empty()) return {};
  const auto digits = std::string_view(name).substr(name.front() == '+' ? 1 : 0);
  std::int32_t id = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (error != std::errc() || end != digits.data() + digits.size())
    return {ErrorCode::INVALID_REQUEST, "Unable to parse broker name as a base 10 number."};
  if (id < 0) return {ErrorCode::INVALID_REQUEST, "Invalid negative broker ID."};
  return {};
}

bool is_registered(const DecideContext& context, NodeId id) {
  return context.image().cluster.broker(id) != nullptr || contains(context.settings.quorum_nodes, id) ||
         context.image().cluster.controller(id) != nullptr;
}

// Whether the resource is there to be configured.
ApiError problem_with_existence(const DecideContext& context, const ConfigResource& resource) {
  if (resource.type == ConfigResourceType::TOPIC &&
      context.image().topics.find(StoredTopicView{resource.name}) == nullptr)
    return {ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, fmt::format("The topic '{}' does not exist.", resource.name)};
  if (resource.type == ConfigResourceType::BROKER && !resource.name.empty()) {
    const auto id = std::atoi(resource.name.c_str());
    if (!is_registered(context, NodeId{id}))
      return {ErrorCode::BROKER_ID_NOT_REGISTERED, fmt::format("No node with id {} found.", id)};
  }
  return {};
}

// Rules about the whole of what would be stored.
ApiError problem_with_result(const DecideContext& context, const ConfigResource& resource,
                             const DynamicConfigs& existing, const DynamicConfigs& wanted, ConfigTarget target) {
  switch (resource.type) {
    case ConfigResourceType::BROKER: {
      const auto problem = problem_with_broker_name(resource.name);
      if (problem.failed()) return problem;
      break;
    }
    case ConfigResourceType::TOPIC:
    case ConfigResourceType::GROUP:
    case ConfigResourceType::CLIENT_METRICS: {
      const auto problem = context.schema.problem_with(resource.type, resource.name, existing, wanted);
      if (problem) return *problem;
      break;
    }
    case ConfigResourceType::BROKER_LOGGER:
      return {ErrorCode::INVALID_REQUEST, "Unknown resource type BROKER_LOGGER"};
    case ConfigResourceType::UNKNOWN:
      return {ErrorCode::INVALID_REQUEST, "Unknown resource type UNKNOWN"};
  }
  return target == ConfigTarget::existing_resource ? problem_with_existence(context, resource) : ApiError();
}

ApiError problem_with_change(const DecideContext& context, const ConfigChange& change, ConfigTarget target) {
  const auto& existing = context.image().configs.of(change.resource);
  auto wanted = existing;
  for (const auto& [key, value] : change.values) {
    const auto problem = problem_with_broker_key(context, change.resource, key, value, existing);
    if (problem.failed()) return problem;
    if (!value) {
      wanted.erase(key);
    } else if (value->size() > static_cast<std::size_t>(std::numeric_limits<std::int16_t>::max())) {
      return {ErrorCode::INVALID_CONFIG,
              "The configuration value cannot be added because it exceeds the maximum value size of 32767 bytes."};
    } else {
      wanted[key] = *value;
    }
  }
  return problem_with_result(context, change.resource, existing, wanted, target);
}

// A broker gets a record even for a value that it has: that makes it read files again that the value names
// (KAFKA-14136).
bool needs_record(const ConfigResource& resource, const std::optional<std::string>& before,
                  const std::optional<std::string>& after) {
  return before != after || resource.type == ConfigResourceType::BROKER;
}

ConfigOutcome refused(ErrorCode code, std::string message) { return {ApiError(code, std::move(message)), {}}; }

}  // namespace

ConfigOutcome alter_config_resource(const DecideContext& context, const ConfigResource& resource,
                                    const ConfigOperations& operations, ConfigTarget target) {
  const auto& existing = context.image().configs.of(resource);
  ConfigChange change{resource, {}};
  for (const auto& [key, what] : operations.all()) {
    const auto before = stored(existing, key);
    auto after = before;
    if (what.operation == ConfigOperation::SET) {
      after = what.value;
    } else if (what.operation == ConfigOperation::DELETE) {
      after.reset();
    } else {
      if (!context.schema.is_list(resource.type, key)) {
        return refused(ErrorCode::INVALID_CONFIG,
                       fmt::format("Can't {} to key {} because its type is not LIST.", name_of(what.operation), key));
      }
      after = edited(before ? before : context.schema.default_value(resource.type, key), what);
    }
    if (needs_record(resource, before, after)) change.values.emplace_back(key, std::move(after));
  }
  auto error = problem_with_change(context, change, target);
  if (error.failed()) return {std::move(error), {}};
  return {{}, std::move(change)};
}

ConfigOutcome replace_config_resource(const DecideContext& context, const ConfigResource& resource,
                                      const ConfigOperations& wanted) {
  const auto& existing = context.image().configs.of(resource);
  ConfigChange change{resource, {}};
  for (const auto& [key, what] : wanted.all()) {
    if (needs_record(resource, stored(existing, key), what.value)) change.values.emplace_back(key, what.value);
  }
  for (const auto& [key, value] : existing) {
    if (wanted.find(key) == nullptr) change.values.emplace_back(key, std::nullopt);
  }
  auto error = problem_with_change(context, change, ConfigTarget::existing_resource);
  if (error.failed()) return {std::move(error), {}};
  return {{}, std::move(change)};
}

void write_config_records(const ConfigChange& change, RecordBatch& records) {
  for (const auto& [key, value] : change.values) {
    wire::ConfigRecord record;
    record.resource_type = static_cast<std::int8_t>(change.resource.type);
    record.resource_name = change.resource.name;
    record.name = key;
    record.value.reset();
    if (value) record.value = *value;
    records.add(record);
  }
}

void write_clear_elr_records(const DecideContext& context, const ConfigChange& change, RecordBatch& records) {
  if (!context.image().features.is_elr_enabled()) return;
  for (const auto& [key, value] : change.values) {
    if (key != kMinIsr) continue;
    wire::ClearElrRecord record;
    if (change.resource.type == ConfigResourceType::TOPIC) record.topic_name = change.resource.name;
    records.add(record);
  }
}

}  // namespace muir::server
