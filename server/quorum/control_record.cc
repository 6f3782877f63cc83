#include "server/quorum/control_record.h"

#include <string>

#include "server/quorum/errc.h"
#include "wire/base/check.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/message.h"
#include "wire/codec/reader.h"
#include "wire/codec/writer.h"
#include "wire/schema/k_raft_version_record.h"
#include "wire/schema/leader_change_message.h"
#include "wire/schema/snapshot_footer_record.h"
#include "wire/schema/snapshot_header_record.h"
#include "wire/schema/voters_record.h"

namespace muir::server {
namespace {

constexpr std::int16_t kKeyVersion = 0;
constexpr std::int16_t kValueVersion = 0;  // Of every type, as Kafka 4.3.1 writes them.
constexpr std::int16_t kKRaftVersionMax = 1;
constexpr std::size_t kKeyBytes = 4;

template <wire::Message M>
ControlRecord control_record(ControlType type, const M& message) {
  ControlRecord record{type, OwnedBytes(kKeyBytes), {}};
  store_big_endian<std::int16_t>(record.key.data(), kKeyVersion);
  store_big_endian<std::int16_t>(record.key.data() + 2, static_cast<std::int16_t>(type));
  wire::Writer writer;
  CHECK(wire::encode(M::table(), writer, kValueVersion, &message));
  record.value = writer.take();
  return record;
}

// The strings of what is returned view `value`.
template <wire::Message M>
Result<M> read_value(ByteView value) {
  // Every value begins with its own version; a later one only adds tagged fields.
  wire::Reader reader(value);
  M message;
  if (!wire::decode(M::table(), reader, kValueVersion, &message)) return QuorumErrc::malformed_control_record;
  return message;
}

}  // namespace

ControlRecord leader_change_record(const storage::AppendEpochStart& opening) {
  wire::LeaderChangeMessage message;
  message.version = kValueVersion;
  message.leader_id = opening.leader_id.value;
  for (const NodeId id : opening.voters) message.voters.emplace_back().voter_id = id.value;
  for (const NodeId id : opening.granting_voters) message.granting_voters.emplace_back().voter_id = id.value;
  return control_record(ControlType::leader_change, message);
}

ControlRecord snapshot_header_record(std::int64_t last_contained_timestamp_ms) {
  wire::SnapshotHeaderRecord message;
  message.version = kValueVersion;
  message.last_contained_log_timestamp = last_contained_timestamp_ms;
  return control_record(ControlType::snapshot_header, message);
}

ControlRecord snapshot_footer_record() {
  wire::SnapshotFooterRecord message;
  message.version = kValueVersion;
  return control_record(ControlType::snapshot_footer, message);
}

ControlRecord kraft_version_record(std::int16_t version) {
  wire::KRaftVersionRecord message;
  message.version = kValueVersion;
  message.k_raft_version = version;
  return control_record(ControlType::kraft_version, message);
}

ControlRecord kraft_voters_record(const storage::VoterSet& voters) {
  wire::VotersRecord message;
  message.version = kValueVersion;
  for (const auto& [id, voter] : voters.by_id()) {
    auto& written = message.voters.emplace_back();
    written.voter_id = id.value;
    written.voter_directory_id = voter.key.directory_id;
    written.k_raft_version_feature.min_supported_version = voter.kraft_versions.min;
    written.k_raft_version_feature.max_supported_version = voter.kraft_versions.max;
    for (const auto& endpoint : voter.endpoints) {
      auto& listener = written.endpoints.emplace_back();
      listener.name = endpoint.listener_name;
      listener.host = endpoint.host;
      listener.port = endpoint.port;
    }
  }
  return control_record(ControlType::kraft_voters, message);
}

Result<std::optional<ControlType>> control_type(ByteView key) {
  if (key.size() < kKeyBytes) return QuorumErrc::malformed_control_record;
  if (load_big_endian<std::int16_t>(key.data()) < 0) return QuorumErrc::malformed_control_record;
  const auto type = load_big_endian<std::int16_t>(key.data() + 2);
  const auto first = static_cast<std::int16_t>(ControlType::leader_change);
  const auto last = static_cast<std::int16_t>(ControlType::kraft_voters);
  if (type < first || last < type) return std::optional<ControlType>{};
  return std::optional{static_cast<ControlType>(type)};
}

Result<std::int64_t> read_snapshot_header(ByteView value) {
  const auto message = read_value<wire::SnapshotHeaderRecord>(value);
  if (!message) return message.error();
  return message->last_contained_log_timestamp;
}

Result<std::int16_t> read_kraft_version(ByteView value) {
  const auto message = read_value<wire::KRaftVersionRecord>(value);
  if (!message) return message.error();
  if (message->k_raft_version < 0 || kKRaftVersionMax < message->k_raft_version)
    return QuorumErrc::unsupported_kraft_version;
  return message->k_raft_version;
}

Result<storage::VoterSet> read_kraft_voters(ByteView value) {
  const auto message = read_value<wire::VotersRecord>(value);
  if (!message) return message.error();
  std::vector<storage::Voter> voters;
  for (const auto& read : message->voters) {
    if (read.voter_id < 0) return QuorumErrc::malformed_control_record;
    storage::Voter voter{{NodeId{read.voter_id}, read.voter_directory_id}, {}, {}};
    voter.kraft_versions = {read.k_raft_version_feature.min_supported_version,
                            read.k_raft_version_feature.max_supported_version};
    for (const auto& endpoint : read.endpoints)
      voter.endpoints.push_back({std::string(endpoint.name), std::string(endpoint.host), endpoint.port});
    voters.push_back(std::move(voter));
  }
  return storage::VoterSet{std::move(voters)};
}

}  // namespace muir::server
