#pragma once

#include "server/config/broker_config.h"

namespace muir::server {

class RequestContext;

// The file's settings with what the metadata log, as this request sees it, holds for this broker over them (KIP-226).
BrokerConfig effective_config(RequestContext& ctx);

}  // namespace muir::server
