#pragma once

#include "server/config/broker_config.h"
#include "server/controller/alter_configs_screening.h"
#include "wire/base/task.h"

namespace muir::server {

class RequestContext;

// Judges what an (Incremental)AlterConfigs would make of the settings of this broker, or of all (KIP-226): whether the
// keys can change while it runs, the values are allowed, and the whole makes sense.  Kafka's order, codes and words.
// `replaces`: what is stored counts for nothing, as AlterConfigs has it.  Uses `ctx` as long as it lives.
// Settings of this broker that it could work with are left in `wanted`, for check_tls().
BrokerCheck check_broker_settings(RequestContext& ctx, bool replaces, std::optional<BrokerConfig>& wanted);

// Whether the TLS listeners could be served so.  Reads the stores that have changed, on the pool.
Task<std::optional<ApiError>> check_tls(RequestContext& ctx, BrokerConfig wanted);

}  // namespace muir::server
