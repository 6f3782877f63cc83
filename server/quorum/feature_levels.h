#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/system/result.hpp>

#include "server/metadata/metadata_version.h"

namespace muir::server {

// A sentence for the operator, verbatim as Kafka's tools say it.
template <class T>
using OrSentence = boost::system::result<T, std::string>;

// A metadata.version as operators write it: 30 is "4.3-IV0".
std::string metadata_version_name(FeatureLevel level);

// "4.3-IV0", or "4.3" and "4.3.1" for the newest of a release.  Only levels that may be used in production.
OrSentence<FeatureLevel> parse_release_version(std::string_view text);

// "name=level".
OrSentence<std::pair<std::string, FeatureLevel>> parse_feature_level(std::string_view text);

using FeatureLevels = std::map<std::string, FeatureLevel>;

// What a new cluster begins with: metadata.version, the features asked for, and for every other one what Kafka 4.3.1
// takes at that metadata.version; kraft.version too, 1 with a dynamic quorum.  Levels that do not exist, depend on what
// is not there, or contradict the kind of quorum are refused.
OrSentence<FeatureLevels> effective_feature_levels(std::optional<FeatureLevel> release_version, FeatureLevels wanted,
                                                   bool has_dynamic_quorum);

}  // namespace muir::server
