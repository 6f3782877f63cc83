#include "server/controller/update_features.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "wire/schema/no_op_record.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::UpdateFeaturesRequest;

enum class UpgradeType : std::int8_t { UNKNOWN = 0, UPGRADE = 1, SAFE_DOWNGRADE = 2, UNSAFE_DOWNGRADE = 3 };

struct Update {
  FeatureLevel level = 0;
  UpgradeType type = UpgradeType::UPGRADE;
};
using Updates = std::map<std::string, Update, std::less<>>;

constexpr std::string_view kMinIsr = "min.insync.replicas";

// Whether records of `level` differ from those of the level below: going back below it would lose something.
bool changes_metadata(FeatureLevel level) {
  constexpr FeatureLevel kChanging[] = {8, 11, 13, 14, 15, 17, 23, 30};
  return std::find(std::begin(kChanging), std::end(kChanging), level) != std::end(kChanging);
}

ApiError invalid(std::string_view feature, FeatureLevel level, std::string_view why) {
  return {ErrorCode::INVALID_UPDATE_VERSION,
          fmt::format("Invalid update version {} for feature {}. {}", level, feature, why)};
}

std::optional<std::string> unsupported_by(const std::string& who, const SupportedFeatures& supported,
                                          std::string_view feature, FeatureLevel level) {
  const auto at = supported.find(feature);
  const auto range = at == supported.end() ? FeatureRange{0, 0} : at->second;
  if (range.contains(level)) return std::nullopt;
  if (range.max == 0) return who + " does not support this feature.";
  const auto text = range.min == range.max ? std::to_string(range.min) : fmt::format("{}-{}", range.min, range.max);
  return who + " only supports versions " + text;
}

// Every node has to support the level: this one, every broker, every controller.
std::optional<std::string> unsupported(const DecideContext& context, std::string_view feature, FeatureLevel level) {
  const auto& self = context.settings;
  auto why =
      unsupported_by(fmt::format("Local controller {}", self.node_id.value), self.supported_features, feature, level);
  if (why) return why;
  for (const auto& [id, broker] : context.image().cluster.brokers()) {
    why = unsupported_by(fmt::format("Broker {}", id.value), broker->features, feature, level);
    if (why) return why;
  }
  if (context.metadata_version() < kControllerRegistrationLevel) return std::nullopt;
  for (const auto& [id, controller] : context.image().cluster.controllers()) {
    if (id == self.node_id) continue;
    why = unsupported_by(fmt::format("Controller {}", id.value), controller->features, feature, level);
    if (why) return why;
  }
  for (const auto id : self.quorum_nodes) {
    if (id != self.node_id && context.image().cluster.controller(id) == nullptr)
      return fmt::format("controller {} has not registered, and may not support this feature", id.value);
  }
  return std::nullopt;
}

ApiError problem_with_metadata_version(FeatureLevel current, const Update& update) {
  if (update.level >= current) return {};
  bool loses = false;
  for (auto level = current; level > update.level; --level) loses |= changes_metadata(level);
  if (!loses) return {};
  const auto* why = update.type == UpgradeType::UNSAFE_DOWNGRADE
                        ? "Unsafe metadata downgrade is not supported in this version."
                        : "Refusing to perform the requested downgrade because it might delete metadata information.";
  return {ErrorCode::INVALID_UPDATE_VERSION,
          fmt::format("Unsupported metadata.version downgrade from {} to {}. {}", current, update.level, why)};
}

// ELR is the only feature with a dependency beyond the oldest metadata.version.
ApiError problem_with_dependencies(const DecideContext& context, const Updates& updates, std::string_view feature,
                                   FeatureLevel level) {
  if (feature != kElrFeature || level < 1) return {};
  const auto at = updates.find(kMetadataVersionFeature);
  const auto metadata_version = at == updates.end() ? context.metadata_version() : at->second.level;
  if (metadata_version >= kElrLevel) return {};
  return invalid(feature, level,
                 fmt::format("{} could not be set to {} because it depends on metadata.version level {}", feature,
                             level, kElrLevel));
}

FeatureLevel current_level(const DecideContext& context, std::string_view feature) {
  if (feature == kKRaftVersionFeature) return context.settings.kraft_version;
  return context.image().features.level_of(feature);
}

ApiError problem_with_direction(std::string_view feature, FeatureLevel current, const Update& update) {
  if (update.level < current && update.type == UpgradeType::UPGRADE) {
    return invalid(feature, update.level,
                   "Can't downgrade the version of this feature without setting the upgrade type to either safe or "
                   "unsafe downgrade.");
  }
  if (update.level > current && update.type != UpgradeType::UPGRADE)
    return invalid(feature, update.level, "Can't downgrade to a newer version.");
  return {};
}

ApiError problem_with(const DecideContext& context, const Updates& updates, std::string_view feature,
                      const Update& update) {
  if (update.type == UpgradeType::UNKNOWN)
    return invalid(feature, update.level, "The controller does not support the given upgrade type.");
  if (update.level < 0) return invalid(feature, update.level, "A feature version cannot be less than 0.");
  const auto why = unsupported(context, feature, update.level);
  if (why) return invalid(feature, update.level, *why);
  const auto current = current_level(context, feature);
  auto problem = problem_with_direction(feature, current, update);
  if (problem.failed()) return problem;
  if (feature == kMetadataVersionFeature) return problem_with_metadata_version(current, update);
  if (feature != kKRaftVersionFeature) return problem_with_dependencies(context, updates, feature, update.level);
  if (update.level < current) return invalid(feature, update.level, "Can't downgrade the version of this feature.");
  if (update.level > current)
    return invalid(feature, update.level, "This version cannot change it while the cluster runs.");
  return {};
}

void write(std::string_view feature, const Update& update, RecordBatch& records) {
  if (feature == kKRaftVersionFeature) {
    // Something to wait for.
    if (update.type == UpgradeType::UPGRADE) records.add(wire::NoOpRecord());
    return;
  }
  wire::FeatureLevelRecord record;
  record.name = feature;
  record.feature_level = update.level;
  records.add(record);
}

ApiError decide(const DecideContext& context, const Updates& updates, RecordBatch& records) {
  for (const auto& [feature, update] : updates) {
    auto problem = problem_with(context, updates, feature, update);
    if (problem.failed()) return problem;
  }
  const auto elr = updates.find(kElrFeature);
  if (elr != updates.end() && elr->second.level > 0) write_elr_safety_records(context, records);
  for (const auto& [feature, update] : updates) write(feature, update, records);
  return records.problem();
}

}  // namespace

void write_elr_safety_records(const DecideContext& context, RecordBatch& records) {
  wire::ConfigRecord record;
  record.resource_type = static_cast<std::int8_t>(ConfigResourceType::BROKER);
  record.name = kMinIsr;
  if (!context.cluster_configs().contains(kMinIsr)) {
    const auto value = std::to_string(context.schema.static_min_insync_replicas());
    record.value = value;
    records.add(record);
  }
  record.value.reset();
  for (const auto& [resource, configs] : context.image().configs.all()) {
    if (resource.type != ConfigResourceType::BROKER || resource.name.empty() || !configs->contains(kMinIsr)) continue;
    record.resource_name = resource.name;
    records.add(record);
  }
}

Decision<wire::UpdateFeaturesResponse> decide_update_features(const DecideContext& context, const Request& request) {
  Decision<wire::UpdateFeaturesResponse> decision;
  Updates updates;
  for (const auto& update : request.feature_updates) {
    const bool is_known = update.upgrade_type >= 1 && update.upgrade_type <= 3;
    updates[std::string(update.feature)] = {
        update.max_version_level, is_known ? static_cast<UpgradeType>(update.upgrade_type) : UpgradeType::UNKNOWN};
  }
  RecordBatch records;
  const auto error = decide(context, updates, records);
  auto& response = decision.response;
  response.error_code = error.code;
  response.error_message.reset();
  if (error.failed()) {
    response.error_message =
        decision.texts.keep("The update failed for all features since the following feature had an error: " +
                            error.message.value_or("null"));
    return decision;
  }
  if (context.request.api_version <= 1) {
    for (const auto& update : request.feature_updates) {
      auto& result = response.results.emplace_back();
      result.feature = update.feature;
      result.error_message = "NONE";  // As Kafka prints that there is none.
    }
  }
  if (!request.validate_only) decision.records = records.take();
  return decision;
}

}  // namespace muir::server
