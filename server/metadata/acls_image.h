#pragma once

#include <cstdint>
#include <string>

#include "server/metadata/bucket_map.h"
#include "wire/base/result.h"
#include "wire/base/uuid.h"
#include "wire/schema/access_control_entry_record.h"
#include "wire/schema/remove_access_control_entry_record.h"

namespace muir::server {

struct MetadataChanges;

// One access control entry; the numbers are the protocol's.
struct AccessControlEntry {
  std::int8_t resource_type = 0;
  std::string resource_name;
  std::int8_t pattern_type = 0;
  std::string principal;
  std::string host;
  std::int8_t operation = 0;
  std::int8_t permission_type = 0;

  bool operator==(const AccessControlEntry&) const = default;
};

// Every access control entry, by its id.
class AclsImage {
 public:
  const BucketMap<Uuid, Cow<AccessControlEntry>>& all() const { return entries_; }

  Result<> apply(const wire::AccessControlEntryRecord& record, MetadataChanges& changes);
  // Fails with MetadataErrc::invalid_value if there is no such entry.
  Result<> apply(const wire::RemoveAccessControlEntryRecord& record, MetadataChanges& changes);

  bool operator==(const AclsImage&) const = default;

 private:
  BucketMap<Uuid, Cow<AccessControlEntry>> entries_;
};

}  // namespace muir::server
