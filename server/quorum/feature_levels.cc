#include "server/quorum/feature_levels.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace muir::server {
namespace {

struct NamedVersion {
  FeatureLevel level;
  std::string_view release;
  std::string_view name;
};

constexpr NamedVersion kVersions[] = {
    {7, "3.3", "3.3-IV3"},  {8, "3.4", "3.4-IV0"},  {9, "3.5", "3.5-IV0"},  {10, "3.5", "3.5-IV1"},
    {11, "3.5", "3.5-IV2"}, {12, "3.6", "3.6-IV0"}, {13, "3.6", "3.6-IV1"}, {14, "3.6", "3.6-IV2"},
    {15, "3.7", "3.7-IV0"}, {16, "3.7", "3.7-IV1"}, {17, "3.7", "3.7-IV2"}, {18, "3.7", "3.7-IV3"},
    {19, "3.7", "3.7-IV4"}, {20, "3.8", "3.8-IV0"}, {21, "3.9", "3.9-IV0"}, {22, "4.0", "4.0-IV0"},
    {23, "4.0", "4.0-IV1"}, {24, "4.0", "4.0-IV2"}, {25, "4.0", "4.0-IV3"}, {26, "4.1", "4.1-IV0"},
    {27, "4.1", "4.1-IV1"}, {28, "4.2", "4.2-IV0"}, {29, "4.2", "4.2-IV1"}, {30, "4.3", "4.3-IV0"},
};

// A level of a feature, and the metadata.version from which on a new cluster begins with it.
struct FeatureStep {
  FeatureLevel level;
  FeatureLevel default_from;
  FeatureLevel needs_metadata_version = 0;
};

struct KnownFeature {
  std::string_view name;
  std::array<FeatureStep, 3> steps;
  std::size_t count;

  std::span<const FeatureStep> levels() const { return std::span(steps).first(count); }
};

// Those of Kafka 4.3.1, by name.
constexpr KnownFeature kFeatures[] = {
    {kElrFeature, {{{0, 7}, {1, 26, kElrLevel}}}, 2}, {kGroupVersionFeature, {{{0, 7}, {1, 22}}}, 2},
    {kKRaftVersionFeature, {{{0, 7}, {1, 21}}}, 2},   {kShareVersionFeature, {{{0, 7}, {1, 28}}}, 2},
    {kStreamsVersionFeature, {{{0, 7}, {1, 29}}}, 2}, {kTransactionVersionFeature, {{{0, 7}, {1, 24}, {2, 24}}}, 3},
};

const KnownFeature* find_feature(std::string_view name) {
  const auto found = std::ranges::find(kFeatures, name, &KnownFeature::name);
  return found == std::end(kFeatures) ? nullptr : found;
}

FeatureLevel default_level(const KnownFeature& feature, FeatureLevel metadata_version) {
  FeatureLevel level = 0;
  for (const FeatureStep& step : feature.levels())
    if (step.default_from <= metadata_version) level = step.level;
  return level;
}

OrSentence<FeatureLevel> effective_metadata_version(std::optional<FeatureLevel> release, const FeatureLevels& wanted) {
  const auto asked = wanted.find(std::string(kMetadataVersionFeature));
  if (asked == wanted.end()) return release.value_or(kMetadataVersionMax);
  if (release) return std::string("Use --release-version instead of --feature metadata.version=X to avoid ambiguity.");
  constexpr FeatureLevel kUnstable = kMetadataVersionMax + 1;
  if (asked->second == kUnstable) return std::string("metadata.version 4.4-IV0 is not yet stable.");
  if (asked->second < kMetadataVersionMin || kUnstable < asked->second)
    return fmt::format("No MetadataVersion with feature level {}. Valid feature levels are from {} to {}.",
                       asked->second, kMetadataVersionMin, kUnstable);
  return asked->second;
}

OrSentence<FeatureLevel> effective_kraft_version(std::optional<FeatureLevel> wanted, bool has_dynamic_quorum) {
  if (!wanted) return static_cast<FeatureLevel>(has_dynamic_quorum ? 1 : 0);
  if (*wanted == 0 && has_dynamic_quorum)
    return std::string(
        "Cannot set kraft.version to 0 if controller.quorum.voters is empty and one of the flags --standalone, "
        "--initial-controllers, or --no-initial-controllers is used. For dynamic controllers support, try removing the "
        "--feature flag for kraft.version.");
  if (*wanted != 0 && !has_dynamic_quorum)
    return fmt::format(
        "Cannot set kraft.version to {} unless controller.quorum.voters is empty and one of the flags --standalone, "
        "--initial-controllers, or --no-initial-controllers is used. For dynamic controllers support, try using one of "
        "--standalone, --initial-controllers, or --no-initial-controllers and removing controller.quorum.voters.",
        *wanted);
  return *wanted;
}

OrSentence<void> check_level(const KnownFeature& feature, FeatureLevel level, FeatureLevel metadata_version) {
  const auto step = std::ranges::find(feature.levels(), level, &FeatureStep::level);
  if (step == feature.levels().end()) return fmt::format("No feature:{} with feature level {}", feature.name, level);
  if (metadata_version < step->needs_metadata_version)
    return fmt::format("{} could not be set to {} because it depends on metadata.version level {}", feature.name, level,
                       step->needs_metadata_version);
  return {};
}

}  // namespace

std::string metadata_version_name(FeatureLevel level) {
  const auto found = std::ranges::find(kVersions, level, &NamedVersion::level);
  return found == std::end(kVersions) ? std::to_string(level) : std::string(found->name);
}

OrSentence<FeatureLevel> parse_release_version(std::string_view text) {
  // Of "4.3.1" the first two parts count.
  std::string_view key = text;
  if (const auto first = text.find('.'); first != text.npos)
    if (const auto second = text.find('.', first + 1); second != text.npos) key = text.substr(0, second);

  std::optional<FeatureLevel> level;
  for (const NamedVersion& version : kVersions)
    if (version.name == key || version.release == key) level = version.level;
  if (level) return *level;
  std::string names;
  for (const NamedVersion& version : kVersions) names.append(names.empty() ? "" : ", ").append(version.name);
  return fmt::format("Unknown metadata.version '{}'. Supported metadata.version are: {}", text, names);
}

OrSentence<std::pair<std::string, FeatureLevel>> parse_feature_level(std::string_view text) {
  const auto trim = [](std::string_view part) {
    const auto begin = part.find_first_not_of(" \t");
    if (begin == part.npos) return std::string_view{};
    return part.substr(begin, part.find_last_not_of(" \t") - begin + 1);
  };
  const auto equals = text.find('=');
  if (equals == text.npos) return fmt::format("Can't parse feature=level string {}: equals sign not found.", text);
  const std::string_view digits = trim(text.substr(equals + 1));
  FeatureLevel level = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), level);
  if (error != std::errc{} || end != digits.data() + digits.size())
    return fmt::format("Can't parse feature=level string {}: unable to parse {} as a short.", text, digits);
  return std::pair{std::string(trim(text.substr(0, equals))), level};
}

OrSentence<FeatureLevels> effective_feature_levels(std::optional<FeatureLevel> release_version, FeatureLevels wanted,
                                                   bool has_dynamic_quorum) {
  const auto metadata_version = effective_metadata_version(release_version, wanted);
  if (!metadata_version) return metadata_version.error();
  for (const auto& [name, level] : wanted) {
    if (name == kMetadataVersionFeature || find_feature(name) != nullptr) continue;
    std::string names;
    for (const KnownFeature& feature : kFeatures) names.append(names.empty() ? "" : ", ").append(feature.name);
    return fmt::format("Unsupported feature: {}. Supported features are: {}", name, names);
  }

  FeatureLevels levels = std::move(wanted);
  levels[std::string(kMetadataVersionFeature)] = *metadata_version;
  for (const KnownFeature& feature : kFeatures) {
    const std::string name(feature.name);
    if (name == kKRaftVersionFeature) {
      const auto asked = levels.find(name);
      const auto kraft_version = effective_kraft_version(
          asked == levels.end() ? std::nullopt : std::optional(asked->second), has_dynamic_quorum);
      if (!kraft_version) return kraft_version.error();
      levels[name] = *kraft_version;
    } else {
      levels.try_emplace(name, default_level(feature, *metadata_version));
    }
  }
  for (const KnownFeature& feature : kFeatures) {
    const auto checked = check_level(feature, levels[std::string(feature.name)], *metadata_version);
    if (!checked) return checked.error();
  }
  return levels;
}

}  // namespace muir::server
