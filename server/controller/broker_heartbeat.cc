#include "server/controller/broker_heartbeat.h"

#include "server/controller/leader_updates.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

void write_transition(const DecideContext& context, NodeId id, std::int64_t epoch, BrokerControlState next,
                      RecordBatch& records) {
  switch (next) {
    case BrokerControlState::FENCED:
    case BrokerControlState::SHUTDOWN_NOW:
      return fence_broker(context, id, records);
    case BrokerControlState::UNFENCED:
      return unfence_broker(context, id, epoch, records);
    case BrokerControlState::CONTROLLED_SHUTDOWN:
      return begin_controlled_shutdown(context, id, epoch, records);
  }
}

bool is_fenced_in(BrokerControlState state) {
  return state == BrokerControlState::FENCED || state == BrokerControlState::SHUTDOWN_NOW;
}

}  // namespace

Decision<wire::BrokerHeartbeatResponse> decide_broker_heartbeat(const DecideContext& context,
                                                                BrokerHeartbeats& heartbeats,
                                                                const wire::BrokerHeartbeatRequest& request) {
  Decision<wire::BrokerHeartbeatResponse> decision;
  decision.is_atomic = false;
  const NodeId id{request.broker_id};
  heartbeats.contacted(id, request.broker_epoch, context.request.now);
  const auto* register_offset = context.state.register_broker_offsets.find(id);
  if (register_offset == nullptr || stale_broker_epoch(context.image().cluster, id, request.broker_epoch)) {
    decision.response.error_code = ErrorCode::STALE_BROKER_EPOCH;
    return decision;
  }
  const BrokerHeartbeats::Wish wish{request.want_fence, request.want_shut_down, request.current_metadata_offset,
                                    register_offset->value};
  // Who leads what is only of interest to a broker that wants to go.
  const bool leads = request.want_shut_down && has_leaderships(context.image(), id);
  const auto current = heartbeats.state_of(id);
  const auto next = heartbeats.next_state(id, wish, leads);
  auto records = RecordBatch::unlimited();
  if (current != next) write_transition(context, id, request.broker_epoch, next, records);
  heartbeats.touch(id, is_fenced_in(next), request.current_metadata_offset);
  take_directories_offline(context, id, request.broker_epoch, request.offline_log_dirs, records);
  cordon_directories(context, id, request.broker_epoch, request.cordoned_log_dirs, records);
  decision.response.is_caught_up = request.current_metadata_offset >= register_offset->value;
  decision.response.is_fenced = is_fenced_in(next);
  decision.response.should_shut_down = next == BrokerControlState::SHUTDOWN_NOW;
  decision.records = records.take();
  return decision;
}

}  // namespace muir::server
