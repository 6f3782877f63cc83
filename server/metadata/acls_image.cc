#include "server/metadata/acls_image.h"

#include <utility>

#include "server/metadata/errc.h"
#include "server/metadata/metadata_changes.h"

namespace muir::server {

Result<> AclsImage::apply(const wire::AccessControlEntryRecord& record, MetadataChanges& changes) {
  auth::Acl acl;
  acl.resource_type = static_cast<auth::ResourceType>(record.resource_type);
  acl.resource_name = record.resource_name;
  acl.pattern_type = static_cast<auth::PatternType>(record.pattern_type);
  acl.principal = record.principal;
  acl.host = record.host;
  acl.operation = static_cast<auth::Operation>(record.operation);
  acl.permission = static_cast<auth::Permission>(record.permission_type);
  if (const auto* replaced = entries_.find(record.id)) index_.remove(**replaced);
  index_.add(acl);
  entries_.set(record.id, Cow<auth::Acl>(std::move(acl)));
  changes.acls = true;
  return ok();
}

Result<> AclsImage::apply(const wire::RemoveAccessControlEntryRecord& record, MetadataChanges& changes) {
  const auto* removed = entries_.find(record.id);
  if (removed == nullptr) return make_error_code(MetadataErrc::invalid_value);
  index_.remove(**removed);
  entries_.erase(record.id);
  changes.acls = true;
  return ok();
}

}  // namespace muir::server
