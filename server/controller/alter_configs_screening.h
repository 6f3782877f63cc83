#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "server/controller/alter_config_resource.h"
#include "server/controller/api_error.h"
#include "server/controller/decision.h"
#include "wire/base/ids.h"
#include "wire/schema/alter_configs_request.h"
#include "wire/schema/alter_configs_response.h"
#include "wire/schema/incremental_alter_configs_request.h"
#include "wire/schema/incremental_alter_configs_response.h"

// What a broker answers of an (Incremental)AlterConfigs by itself, before the rest goes to the controller.  Kafka has
// these two halves, and their checks and sentences differ.
namespace muir::server {

// Whether this broker could work with the settings that the operations lead to; only it can tell.
using BrokerCheck = std::function<std::optional<ApiError>(const ConfigResource&, const ConfigOperations&)>;

// Changes the levels of this broker's loggers, which no controller knows of.  Only IncrementalAlterConfigs can.
using LoggerChange = std::function<ApiError(const wire::IncrementalAlterConfigsRequest::AlterConfigsResource&)>;

// The request less what is answered, and the answers, one place a resource of the request.
template <class Request>
struct Screened {
  Request remaining;
  std::vector<std::optional<ApiError>> answers;
};

Screened<wire::IncrementalAlterConfigsRequest> screen(const wire::IncrementalAlterConfigsRequest& request,
                                                      NodeId this_node, const BrokerCheck& check,
                                                      const LoggerChange& change_loggers);
Screened<wire::AlterConfigsRequest> screen(const wire::AlterConfigsRequest& request, NodeId this_node,
                                           const BrokerCheck& check);

// Answers what was to be done to this node's own settings with `problem` after all.
void refuse_own(Screened<wire::IncrementalAlterConfigsRequest>& screened,
                const wire::IncrementalAlterConfigsRequest& request, NodeId this_node, const ApiError& problem);
void refuse_own(Screened<wire::AlterConfigsRequest>& screened, const wire::AlterConfigsRequest& request,
                NodeId this_node, const ApiError& problem);

// Both halves in the order of the request.  Strings view the request, `controller` and `texts`.
wire::IncrementalAlterConfigsResponse reassemble(const wire::IncrementalAlterConfigsRequest& request,
                                                 const std::vector<std::optional<ApiError>>& answers,
                                                 const wire::IncrementalAlterConfigsResponse& controller, Texts& texts);
wire::AlterConfigsResponse reassemble(const wire::AlterConfigsRequest& request,
                                      const std::vector<std::optional<ApiError>>& answers,
                                      const wire::AlterConfigsResponse& controller, Texts& texts);

}  // namespace muir::server
