#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "server/metadata/bucket_map.h"
#include "server/metadata/scram_shapes.h"
#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/schema/remove_user_scram_credential_record.h"
#include "wire/schema/user_scram_credential_record.h"

namespace muir::server {

struct MetadataChanges;

// Whose credential, for which mechanism: 1 SCRAM-SHA-256, 2 SCRAM-SHA-512 (KIP-554).
struct ScramKey {
  std::int8_t mechanism = 0;
  std::string user;

  auto operator<=>(const ScramKey&) const = default;
};

// What the server keeps of a password (RFC 5802).  Secret: never logged.
struct ScramCredential {
  OwnedBytes salt;
  OwnedBytes stored_key;
  OwnedBytes server_key;
  std::int32_t iterations = 0;

  bool operator==(const ScramCredential&) const = default;
};

// Every SCRAM credential.
class ScramImage {
 public:
  const BucketMap<ScramKey, Cow<ScramCredential>>& all() const { return credentials_; }
  const ScramShapes& shapes() const { return shapes_; }

  Result<> apply(const wire::UserScramCredentialRecord& record, MetadataChanges& changes);
  // Fails with MetadataErrc::invalid_value if there is no such credential.
  Result<> apply(const wire::RemoveUserScramCredentialRecord& record, MetadataChanges& changes);

  bool operator==(const ScramImage&) const = default;

 private:
  bool erase(const ScramKey& key);

  BucketMap<ScramKey, Cow<ScramCredential>> credentials_;
  ScramShapes shapes_;
};

}  // namespace muir::server
