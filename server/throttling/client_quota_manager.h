#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/publishing/metadata_publisher.h"
#include "server/quota/ip_connection_rates.h"
#include "server/quota/quota_limits.h"
#include "server/quota/quota_sensors.h"
#include "server/runtime/shard.h"
#include "server/throttling/client_throttle.h"

namespace muir::server {

class Pool;

// The cluster's client quotas, enforced: follows the metadata, and knows for every connection what counts for it.
// Each data shard has its own part; the sensor of an entity lives on one of them, that of mutations on the
// controller's. Made before the shards run, outlives every connection.
class ClientQuotaManager final : public MetadataSubscriber {
 public:
  struct Settings {
    QuotaWindows client;      // quota.window.num, quota.window.size.seconds
    QuotaWindows controller;  // controller.quota.window.num, controller.quota.window.size.seconds
  };
  // Called on the first shard when they change.
  using ApplyIpRates = std::function<void(IpConnectionRates)>;

  // `pool`, which outlives this, looks up the hosts that quotas of addresses name.
  ClientQuotaManager(std::vector<Shard*> shards, Pool& pool, Settings settings, ApplyIpRates apply_ip_rates);
  ~ClientQuotaManager();

  Task<void> apply(MetadataImagePtr image, const MetadataChanges& changes) override;

  // The quotas of a connection of `user` whose present request names `client_id`, or null if nothing is limited for
  // anybody.  `cached`, the connection's own, is made or brought up to date when it has to be.  On the connection's
  // shard.
  ClientThrottle* attend(std::shared_ptr<ClientThrottle>& cached, std::string_view user, std::string_view client_id);

  // The buckets of mutations.  On the controller's shard.
  QuotaSensors& mutation_sensors() { return mutation_sensors_; }

 private:
  struct ShardQuotas;
  using LimitsPtr = std::shared_ptr<const QuotaLimits>;

  Task<void> use(ShardQuotas& on_shard, LimitsPtr limits, std::uint64_t version);
  void resolve(ShardQuotas& on_shard, ClientThrottle& throttle) const;
  std::shared_ptr<QuotaShare> share(ShardQuotas& on_shard, const QuotaEntity& entity) const;
  Task<std::string> address_of_host(std::string host) const;
  Task<void> apply_ip_rates(const MetadataImage& image);

  const std::vector<Shard*> shards_;
  Pool& pool_;
  const ApplyIpRates apply_ip_rates_;
  QuotaSensors mutation_sensors_;
  std::vector<std::unique_ptr<ShardQuotas>> parts_;  // By shard.
  std::uint64_t version_ = 0;                        // Of what was applied last.  On the first shard.
  IpConnectionRates ip_rates_;
};

}  // namespace muir::server
