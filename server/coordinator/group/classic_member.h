#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/bytes.h"
#include "wire/codec/error_code.h"

namespace muir::server {

using Milliseconds = std::chrono::milliseconds;

// Bytes that a group keeps and hands on without looking at them: subscriptions and assignments.  Never null.
using SharedBytes = std::shared_ptr<const OwnedBytes>;

inline SharedBytes share(ByteView bytes) { return std::make_shared<const OwnedBytes>(bytes.begin(), bytes.end()); }

// What JoinGroup answers.
struct JoinResult {
  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    SharedBytes metadata;
  };

  wire::ErrorCode error = wire::ErrorCode::NONE;
  std::int32_t generation_id = -1;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name = "";
  std::string leader;
  std::string member_id;
  bool skip_assignment = false;
  std::vector<Member> members;  // The leader's answer only.
};

// What SyncGroup answers.
struct SyncResult {
  wire::ErrorCode error = wire::ErrorCode::NONE;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  SharedBytes assignment = share({});
};

using JoinReply = std::function<void(JoinResult)>;
using SyncReply = std::function<void(SyncResult)>;

// One of the assignment strategies that a member offers, best first, and what it says under it.
struct MemberProtocol {
  std::string name;
  SharedBytes metadata;

  bool operator==(const MemberProtocol& other) const { return name == other.name && *metadata == *other.metadata; }
};

// A member of a classic group.  Owner: its ClassicGroup.
struct ClassicMember {
  std::string member_id;
  std::optional<std::string> group_instance_id;  // Given: a static member (KIP-345).
  std::string client_id;
  std::string client_host;
  Milliseconds rebalance_timeout{};
  Milliseconds session_timeout{};
  std::string protocol_type;
  std::vector<MemberProtocol> protocols;
  SharedBytes assignment = share({});

  bool is_new = false;      // Has never finished a join.
  JoinReply awaiting_join;  // Its JoinGroup is parked.
  SyncReply awaiting_sync;  // Its SyncGroup is parked.

  bool is_static() const { return group_instance_id.has_value(); }

  // What it says under this protocol; empty if it does not offer it.
  SharedBytes metadata(std::string_view protocol) const {
    for (const MemberProtocol& offered : protocols) {
      if (offered.name == protocol) return offered.metadata;
    }
    return share({});
  }

  // Whoever waits for the others need not say that they are alive; a new member must come back all the same, for its
  // client may have given up.
  bool has_satisfied_heartbeat() const { return !is_new && (awaiting_join || awaiting_sync); }
};

}  // namespace muir::server
