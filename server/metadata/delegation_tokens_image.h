#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/metadata/bucket_map.h"
#include "wire/base/result.h"
#include "wire/schema/delegation_token_record.h"
#include "wire/schema/remove_delegation_token_record.h"

namespace muir::server {

struct MetadataChanges;

// One delegation token (KIP-48); principals as text, times in milliseconds since 1970.
struct DelegationToken {
  std::string owner;
  std::string requester;
  std::vector<std::string> renewers;
  std::int64_t issue_timestamp = 0;
  std::int64_t max_timestamp = 0;
  std::int64_t expiration_timestamp = 0;

  bool operator==(const DelegationToken&) const = default;
};

// Every delegation token, by its id.
class DelegationTokensImage {
 public:
  const BucketMap<std::string, Cow<DelegationToken>>& all() const { return tokens_; }

  Result<> apply(const wire::DelegationTokenRecord& record, MetadataChanges& changes);
  Result<> apply(const wire::RemoveDelegationTokenRecord& record, MetadataChanges& changes);

  bool operator==(const DelegationTokensImage&) const = default;

 private:
  BucketMap<std::string, Cow<DelegationToken>> tokens_;
};

}  // namespace muir::server
