#pragma once

#include "server/controller/alter_configs_screening.h"

namespace muir::server {

class RequestContext;

// Judges what an (Incremental)AlterConfigs would make of the settings of this broker, or of all (KIP-226): whether the
// keys can change while it runs, the values are allowed, and the whole makes sense.  Kafka's order, codes and words.
// `replaces`: what is stored counts for nothing, as AlterConfigs has it.  Uses `ctx` as long as it lives.
BrokerCheck check_broker_settings(RequestContext& ctx, bool replaces);

}  // namespace muir::server
