#include "server/publishing/dynamic_broker_config.h"

#include <string>

#include "server/runtime/log.h"

namespace muir::server {

DynamicBrokerConfig::DynamicBrokerConfig(ConfigPtr file, Apply apply)
    : file_(std::move(file)), apply_(std::move(apply)), current_(file_) {}

Task<void> DynamicBrokerConfig::apply(MetadataImagePtr image, const MetadataChanges& changes) {
  const ConfigResource all{ConfigResourceType::BROKER, ""};
  const ConfigResource own{ConfigResourceType::BROKER, std::to_string(file_->node_id.value)};
  const bool is_own = changes.configs.contains(own);
  if (changes.is_snapshot || changes.configs.contains(all) || is_own) co_await change(*image, is_own);
}

Task<void> DynamicBrokerConfig::change(const MetadataImage& image, bool rereads_files) {
  auto changed =
      file_->with_dynamic(image.configs.of({ConfigResourceType::BROKER, ""}),
                          image.configs.of({ConfigResourceType::BROKER, std::to_string(file_->node_id.value)}));
  if (!changed) {
    log_error("Dynamic settings of this broker could not be applied", field("why", changed.error().message));
    co_return;
  }
  if (changed->effective() == current_->effective()) {
    if (rereads_files) co_await apply_(current_);
    co_return;
  }
  for (const std::string& warning : changed->warnings()) log_warn(warning);
  current_ = std::make_shared<const BrokerConfig>(std::move(*changed));
  log_info("Dynamic settings of this broker changed", field("for_all", current_->cluster_defaults().size()),
           field("for_this_one", current_->this_broker().size()));
  co_await apply_(current_);
}

}  // namespace muir::server
