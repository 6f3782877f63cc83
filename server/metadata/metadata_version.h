#pragma once

#include <cstdint>
#include <string_view>

// Levels of the feature metadata.version, and what each of them allows.  Kafka 4.3.1 knows 7 (3.3-IV3) to 30 (4.3-IV0).
namespace muir::server {

using FeatureLevel = std::int16_t;

inline constexpr std::string_view kMetadataVersionFeature = "metadata.version";
inline constexpr std::string_view kKRaftVersionFeature = "kraft.version";
inline constexpr std::string_view kElrFeature = "eligible.leader.replicas.version";
inline constexpr std::string_view kTransactionVersionFeature = "transaction.version";
inline constexpr std::string_view kGroupVersionFeature = "group.version";
inline constexpr std::string_view kShareVersionFeature = "share.version";
inline constexpr std::string_view kStreamsVersionFeature = "streams.version";

inline constexpr FeatureLevel kMetadataVersionMin = 7;
inline constexpr FeatureLevel kMetadataVersionMax = 30;

inline constexpr FeatureLevel kNoLeaderEpochBumpOnIsrShrinkLevel = 12;  // 3.6-IV0, KAFKA-15021.
inline constexpr FeatureLevel kScramLevel = 11;                         // 3.5-IV2, KIP-900.
inline constexpr FeatureLevel kMetadataTransactionLevel = 13;           // 3.6-IV1, KIP-868.
inline constexpr FeatureLevel kDelegationTokenLevel = 14;               // 3.6-IV2.
inline constexpr FeatureLevel kControllerRegistrationLevel = 15;        // 3.7-IV0, KIP-919.
inline constexpr FeatureLevel kDirectoryAssignmentLevel = 17;           // 3.7-IV2, KIP-858.
inline constexpr FeatureLevel kElrLevel = 23;                           // 4.0-IV1, KIP-966.
inline constexpr FeatureLevel kCordonedLogDirsLevel = 30;               // 4.3-IV0, KIP-1066.

constexpr std::int16_t partition_record_version(FeatureLevel level) {
  return level >= kElrLevel ? 2 : level >= kDirectoryAssignmentLevel ? 1 : 0;
}
constexpr std::int16_t partition_change_record_version(FeatureLevel level) { return partition_record_version(level); }

constexpr std::int16_t register_broker_record_version(FeatureLevel level) {
  if (level >= kCordonedLogDirsLevel) return 4;
  if (level >= kDirectoryAssignmentLevel) return 3;
  return level >= 8 ? 2 : level >= 7 ? 1 : 0;
}

// What a record writer has to know of the cluster: records are written for the oldest reader that may be there.
struct RecordOptions {
  FeatureLevel metadata_version = kMetadataVersionMax;
  bool is_elr_enabled = true;
};

}  // namespace muir::server
