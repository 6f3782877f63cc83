#pragma once

#include <functional>
#include <memory>

#include "server/config/broker_config.h"
#include "server/publishing/metadata_publisher.h"

namespace muir::server {

// The settings of this broker as they are now (KIP-226): the file's, with what the metadata log holds for all brokers
// and for this one over them.  Owner: the first shard.
class DynamicBrokerConfig final : public MetadataSubscriber {
 public:
  using ConfigPtr = std::shared_ptr<const BrokerConfig>;
  using Apply = std::function<Task<void>(ConfigPtr)>;

  // `apply` brings new settings to the running parts of the broker; asked when there are some, and when settings of
  // this broker were written again as they were: that is how files are read again that they name (KIP-226).
  DynamicBrokerConfig(ConfigPtr file, Apply apply);

  // What contradicts itself as a whole is left as it was and logged, as Kafka does; what is no setting is left out.
  Task<void> apply(MetadataImagePtr image, const MetadataChanges& changes) override;

  const ConfigPtr& current() const { return current_; }

 private:
  Task<void> change(const MetadataImage& image, bool rereads_files);

  const ConfigPtr file_;
  const Apply apply_;
  ConfigPtr current_;
};

}  // namespace muir::server
