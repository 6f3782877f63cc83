#pragma once

#include "server/controller/api_error.h"
#include "wire/base/ids.h"
#include "wire/schema/incremental_alter_configs_request.h"

namespace muir::server {

// Changes the levels of this process's loggers (KIP-412): all that `resource`, a BROKER_LOGGER, asks for or nothing.
// Kafka's checks, order and words.  They are stored nowhere: a restart begins anew.
ApiError alter_loggers(const wire::IncrementalAlterConfigsRequest::AlterConfigsResource& resource, NodeId this_node,
                       bool validate_only);

}  // namespace muir::server
