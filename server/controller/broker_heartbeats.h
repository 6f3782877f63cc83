#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "server/metadata/cluster_image.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"

namespace muir::server {

enum class BrokerControlState : std::uint8_t { FENCED, UNFENCED, CONTROLLED_SHUTDOWN, SHUTDOWN_NOW };

// The soft state of an active controller: when each broker was last heard of, how much metadata it has, and whether it
// is shutting down.  Begun afresh by each new active controller.
class BrokerHeartbeats {
 public:
  struct Broker {
    std::int64_t epoch = -1;
    bool is_fenced = true;
    std::int64_t metadata_offset = -1;             // What the broker has applied; -1 until it has told.
    std::int64_t controlled_shutdown_offset = -1;  // Others must have applied this before it goes; -1: it is not going.
    std::optional<Instant> last_contact;           // Of this epoch; absent: it has no session.

    bool is_shutting_down() const { return controlled_shutdown_offset >= 0; }
  };

  // What the heartbeat of a broker asks for.
  struct Wish {
    bool want_fence = false;
    bool want_shut_down = false;
    std::int64_t current_metadata_offset = -1;
    std::int64_t register_broker_offset = -1;  // Of its RegisterBroker record.
  };

  explicit BrokerHeartbeats(std::chrono::milliseconds session_timeout) : session_timeout_(session_timeout) {}

  // Begins with the brokers as they are registered; an unfenced one has a session from now on.
  void begin(const ClusterImage& cluster, Instant now);

  // Some registrations and fencings of late have not been: back to `cluster`.  An unfenced broker without a session,
  // which was about to be fenced, has one from now on, so that its end is seen again.
  void rolled_back(const ClusterImage& cluster, Instant now);

  // A broker registered: its session lives on only if the epoch stays.
  void registered(const BrokerRegistration& broker);
  // A broker's registration changed: it was fenced, unfenced, or lost a directory.
  void changed(const BrokerRegistration& broker);
  void unregistered(NodeId id) { brokers_.erase(id); }

  // Its process is known to have ended: another may register at once.
  void end_session(NodeId id);

  // A heartbeat arrived.  Ignored if `epoch` is not the broker's.
  void contacted(NodeId id, std::int64_t epoch, Instant now);
  void touch(NodeId id, bool is_fenced, std::int64_t metadata_offset);
  void entered_controlled_shutdown(NodeId id, Offset offset);
  void fence(NodeId id);

  bool has_valid_session(NodeId id, Instant now) const;

  // A broker whose session has expired, which then has none; one at a time, so that the effect of fencing it is seen
  // before the next is chosen.
  std::optional<NodeId> take_expired(Instant now);

  BrokerControlState state_of(NodeId id) const;
  BrokerControlState next_state(NodeId id, const Wish& wish, bool has_leaderships) const;

  const std::map<NodeId, Broker>& brokers() const { return brokers_; }

 private:
  bool is_expired(const Broker& broker, Instant now) const;
  // The least metadata that any broker has which is neither fenced nor shutting down.
  std::int64_t lowest_active_offset() const;

  std::chrono::milliseconds session_timeout_;
  std::map<NodeId, Broker> brokers_;
};

}  // namespace muir::server
