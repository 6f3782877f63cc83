#pragma once

#include <functional>
#include <optional>

#include "server/controller/decide_context.h"
#include "server/controller/record_batch.h"

// What happens to partitions when a broker comes or goes.  Each adds the records that say so, the broker's own among
// them.
namespace muir::server {

// A broker loses its session, or asked to be fenced: out of every ISR first, then fenced.
void fence_broker(const DecideContext& context, NodeId broker, RecordBatch& records);

// A broker may lead again: partitions without a leader are offered to it.
void unfence_broker(const DecideContext& context, NodeId broker, std::int64_t epoch, RecordBatch& records);

// A broker wants to go: nobody shall depend on it any longer.
void begin_controlled_shutdown(const DecideContext& context, NodeId broker, std::int64_t epoch, RecordBatch& records);

// A broker is gone for good.
void remove_broker(const DecideContext& context, NodeId broker, std::int64_t epoch, RecordBatch& records);

// A new incarnation registers, so the former one has ended.  After an unclean end it may lack what it had acknowledged,
// and leaves the ELR too (KIP-966).
void end_incarnation(const DecideContext& context, NodeId broker, bool is_clean, RecordBatch& records);

// Log directories failed.
void take_directories_offline(const DecideContext& context, NodeId broker, std::int64_t epoch,
                              const std::vector<Uuid>& offline, RecordBatch& records);
// The operator closed log directories to new replicas (KIP-1066), or opened them.
void cordon_directories(const DecideContext& context, NodeId broker, std::int64_t epoch,
                        const std::optional<std::vector<Uuid>>& cordoned, RecordBatch& records);

// Which broker leaves or comes while leaders are chosen; kNoNode for "none".
struct LeaderUpdate {
  NodeId remove = kNoNode;   // Out of the ISR, and never elected.
  NodeId add = kNoNode;      // May be elected, though the state still shows it as fenced.
  NodeId unclean = kNoNode;  // Out of ISR and ELR, and never elected.
};

// Chooses ISR and leader anew for each partition that `concerns` picks.
void update_leaders(const DecideContext& context, const LeaderUpdate& update,
                    const std::function<bool(const Uuid& topic, PartitionId, const PartitionRegistration&)>& concerns,
                    RecordBatch& records);

// Whether the broker leads any partition.
bool has_leaderships(const MetadataImage& image, NodeId broker);

}  // namespace muir::server
