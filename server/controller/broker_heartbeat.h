#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/broker_heartbeat_request.h"
#include "wire/schema/broker_heartbeat_response.h"

namespace muir::server {

// BrokerHeartbeat (API key 63): a broker is alive, wants to be fenced or unfenced or to stop, and tells of its log
// directories.  Versions 0-2.  Changes `heartbeats`, which is soft state.
Decision<wire::BrokerHeartbeatResponse> decide_broker_heartbeat(const DecideContext& context,
                                                                BrokerHeartbeats& heartbeats,
                                                                const wire::BrokerHeartbeatRequest& request);

}  // namespace muir::server
