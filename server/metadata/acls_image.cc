#include "server/metadata/acls_image.h"

#include <utility>

#include "server/metadata/errc.h"
#include "server/metadata/metadata_changes.h"

namespace muir::server {

Result<> AclsImage::apply(const wire::AccessControlEntryRecord& record, MetadataChanges& changes) {
  AccessControlEntry entry;
  entry.resource_type = record.resource_type;
  entry.resource_name = std::string(record.resource_name);
  entry.pattern_type = record.pattern_type;
  entry.principal = std::string(record.principal);
  entry.host = std::string(record.host);
  entry.operation = record.operation;
  entry.permission_type = record.permission_type;
  entries_.set(record.id, Cow<AccessControlEntry>(std::move(entry)));
  changes.acls = true;
  return ok();
}

Result<> AclsImage::apply(const wire::RemoveAccessControlEntryRecord& record, MetadataChanges& changes) {
  if (!entries_.erase(record.id)) return make_error_code(MetadataErrc::invalid_value);
  changes.acls = true;
  return ok();
}

}  // namespace muir::server
