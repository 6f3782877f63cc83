#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/broker_registration_request.h"
#include "wire/schema/broker_registration_response.h"
#include "wire/schema/controller_registration_request.h"
#include "wire/schema/controller_registration_response.h"
#include "wire/schema/unregister_broker_request.h"
#include "wire/schema/unregister_broker_response.h"

namespace muir::server {

// BrokerRegistration (API key 62): a broker's process says that it is there and what it can do.  Versions 0-4.
// Its epoch becomes the offset at which the decision is appended.  The records need not be atomic: the registration is
// the last, and a broker that does not see it registers again.
Decision<wire::BrokerRegistrationResponse> decide_broker_registration(const DecideContext& context,
                                                                      const wire::BrokerRegistrationRequest& request);

// UnregisterBroker (API key 64): a broker is gone for good.  Version 0.
Decision<wire::UnregisterBrokerResponse> decide_unregister_broker(const DecideContext& context,
                                                                  const wire::UnregisterBrokerRequest& request);

// ControllerRegistration (API key 70): the same for a controller's process (KIP-919).  Version 0.
Decision<wire::ControllerRegistrationResponse> decide_controller_registration(
    const DecideContext& context, const wire::ControllerRegistrationRequest& request);

}  // namespace muir::server
