#include "server/quorum/quorum_state_file.h"

#include <limits>

#include <boost/json.hpp>

#include "server/quorum/errc.h"
#include "storage/disk/atomic_file.h"

namespace muir::server {
namespace {

namespace json = boost::json;

constexpr std::string_view kFileName = "/quorum-state";
constexpr std::int32_t kNone = -1;  // No leader, no vote.

template <class Int>
std::optional<Int> integer(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  const std::int64_t number = value->get_int64();
  if (number < std::numeric_limits<Int>::min() || std::numeric_limits<Int>::max() < number) return std::nullopt;
  return static_cast<Int>(number);
}

// Absent in version 0, and then not known.
Result<Uuid> voted_directory(const json::object& object, std::int16_t version) {
  const json::value* value = object.if_contains("votedDirectoryId");
  if (value == nullptr && version == 0) return Uuid{};
  if (value == nullptr || !value->is_string()) return QuorumErrc::malformed_quorum_state;
  const auto id = Uuid::parse(value->get_string());
  if (!id) return QuorumErrc::malformed_quorum_state;
  return *id;
}

}  // namespace

Result<storage::ElectionState> parse_quorum_state(std::string_view text) {
  // Kafka reads the first line only.
  text = text.substr(0, text.find('\n'));
  boost::system::error_code error;
  const json::value root = json::parse(text, error);
  if (error.failed() || !root.is_object()) return QuorumErrc::malformed_quorum_state;
  const json::object& object = root.get_object();

  const auto version = integer<std::int16_t>(object, "data_version");
  if (!version) return QuorumErrc::malformed_quorum_state;
  if (*version < 0 || 1 < *version) return QuorumErrc::unsupported_quorum_state;

  const auto leader = integer<std::int32_t>(object, "leaderId");
  const auto epoch = integer<std::int32_t>(object, "leaderEpoch");
  const auto voted = integer<std::int32_t>(object, "votedId");
  const auto directory = voted_directory(object, *version);
  if (!leader || !epoch || !voted || !directory) return QuorumErrc::malformed_quorum_state;
  if (*epoch < 0 || *leader < kNone || *voted < kNone) return QuorumErrc::malformed_quorum_state;

  storage::ElectionState election{.epoch = Epoch{*epoch}};
  if (*leader != kNone) election.leader_id = NodeId{*leader};
  if (*voted != kNone) election.voted = storage::ReplicaKey{NodeId{*voted}, *directory};
  return election;
}

std::string format_quorum_state(const storage::ElectionState& election, std::int16_t kraft_version,
                                const storage::VoterSet& voters) {
  const std::int32_t leader = election.leader_id.value_or(NodeId{kNone}).value;
  const std::int32_t voted = election.voted ? election.voted->id.value : kNone;
  json::object object;
  if (kraft_version == 0) object["clusterId"] = "";
  object["leaderId"] = leader;
  object["leaderEpoch"] = election.epoch.value;
  object["votedId"] = voted;
  if (kraft_version == 0) {
    object["appliedOffset"] = 0;
    json::array& current = object["currentVoters"].emplace_array();
    for (const NodeId id : voters.ids()) current.push_back(json::object{{"voterId", id.value}});
  } else {
    object["votedDirectoryId"] = election.voted ? election.voted->directory_id.to_string() : Uuid{}.to_string();
  }
  object["data_version"] = kraft_version == 0 ? 0 : 1;
  return json::serialize(object);
}

Task<Result<std::optional<storage::ElectionState>>> read_quorum_state(storage::Disk& disk, std::string directory) {
  const auto bytes = co_await storage::read_file(disk, directory.append(kFileName), kQuorumStateBytesMax);
  if (!bytes) co_return bytes.error();
  if (!*bytes) co_return std::optional<storage::ElectionState>{};
  const auto election = parse_quorum_state(as_text(**bytes));
  if (!election) co_return election.error();
  co_return std::optional{*election};
}

Task<Result<void>> write_quorum_state(storage::Disk& disk, std::string directory, std::string text) {
  const ByteView bytes = as_bytes(text);
  co_return co_await storage::write_atomically(disk, directory.append(kFileName),
                                               OwnedBytes(bytes.begin(), bytes.end()));
}

}  // namespace muir::server
