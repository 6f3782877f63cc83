#pragma once

#include <map>
#include <optional>
#include <string>

#include "server/metadata/bucket_map.h"
#include "wire/base/result.h"
#include "wire/schema/client_quota_record.h"

namespace muir::server {

struct MetadataChanges;

// Whom a quota is for: entity type (user, client-id, ip) to name; no name means the default of that type (KIP-546).
using ClientQuotaEntity = std::map<std::string, std::optional<std::string>>;

// Quota key (producer_byte_rate, ...) to limit.
using ClientQuotas = std::map<std::string, double, std::less<>>;

// Every client quota of the cluster.
class ClientQuotasImage {
 public:
  const BucketMap<ClientQuotaEntity, Cow<ClientQuotas>>& all() const { return quotas_; }

  // Fails with MetadataErrc::invalid_value for an entity that names nothing.
  Result<> apply(const wire::ClientQuotaRecord& record, MetadataChanges& changes);

  bool operator==(const ClientQuotasImage&) const = default;

 private:
  BucketMap<ClientQuotaEntity, Cow<ClientQuotas>> quotas_;
};

}  // namespace muir::server
