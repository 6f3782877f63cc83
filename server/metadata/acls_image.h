#pragma once

#include "auth/acl/acl_index.h"
#include "server/metadata/bucket_map.h"
#include "wire/base/result.h"
#include "wire/base/uuid.h"
#include "wire/schema/access_control_entry_record.h"
#include "wire/schema/remove_access_control_entry_record.h"

namespace muir::server {

struct MetadataChanges;

// Every access control entry, by its id, and arranged for the Authorizer.
class AclsImage {
 public:
  const BucketMap<Uuid, Cow<auth::Acl>>& all() const { return entries_; }
  const auth::AclIndex& index() const { return index_; }

  Result<> apply(const wire::AccessControlEntryRecord& record, MetadataChanges& changes);
  // Fails with MetadataErrc::invalid_value if there is no such entry.
  Result<> apply(const wire::RemoveAccessControlEntryRecord& record, MetadataChanges& changes);

  bool operator==(const AclsImage& other) const { return entries_ == other.entries_; }

 private:
  BucketMap<Uuid, Cow<auth::Acl>> entries_;
  auth::AclIndex index_;  // Of the same entries.
};

}  // namespace muir::server
