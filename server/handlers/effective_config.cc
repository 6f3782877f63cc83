#include "server/handlers/effective_config.h"

#include "server/handlers/request_context.h"
#include "server/handlers/services.h"
#include "server/metadata/metadata_image.h"

namespace muir::server {

BrokerConfig effective_config(RequestContext& ctx) {
  const BrokerConfig& config = ctx.services().config;
  const ConfigurationsImage& configs = ctx.image().configs;
  auto merged = config.with_dynamic(configs.of({ConfigResourceType::BROKER, ""}),
                                    configs.of({ConfigResourceType::BROKER, std::to_string(config.node_id.value)}));
  return merged ? std::move(*merged) : config;
}

}  // namespace muir::server
