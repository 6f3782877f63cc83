#include "server/handlers/supported_features.h"

#include "server/metadata/metadata_version.h"

namespace muir::server {

const SupportedFeatures& supported_features() {
  static const SupportedFeatures features{
      {std::string(kMetadataVersionFeature), {kMetadataVersionMin, kMetadataVersionMax}},
      {std::string(kKRaftVersionFeature), {0, 1}},
      {std::string(kTransactionVersionFeature), {0, 2}},
      {std::string(kGroupVersionFeature), {0, 1}},
      {std::string(kElrFeature), {0, 1}},
      {std::string(kShareVersionFeature), {0, 1}},
      {std::string(kStreamsVersionFeature), {0, 1}},
  };
  return features;
}

}  // namespace muir::server
