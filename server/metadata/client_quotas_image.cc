#include "server/metadata/client_quotas_image.h"

#include "server/metadata/errc.h"
#include "server/metadata/metadata_changes.h"

namespace muir::server {

Result<> ClientQuotasImage::apply(const wire::ClientQuotaRecord& record, MetadataChanges& changes) {
  ClientQuotaEntity entity;
  for (const auto& part : record.entity) {
    auto& name = entity[std::string(part.entity_type)];
    name = part.entity_name ? std::optional(std::string(*part.entity_name)) : std::nullopt;
  }
  if (entity.empty()) return make_error_code(MetadataErrc::invalid_value);
  if (!record.remove) {
    quotas_[entity].write()[std::string(record.key)] = record.value;
  } else if (auto* found = quotas_.find_to_write(entity)) {
    auto& quotas = found->write();
    const auto at = quotas.find(record.key);
    if (at != quotas.end()) quotas.erase(at);
    if (quotas.empty()) quotas_.erase(entity);
  }
  changes.client_quotas = true;
  return ok();
}

}  // namespace muir::server
