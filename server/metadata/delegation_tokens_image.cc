#include "server/metadata/delegation_tokens_image.h"

#include <utility>

#include "server/metadata/metadata_changes.h"

namespace muir::server {

Result<> DelegationTokensImage::apply(const wire::DelegationTokenRecord& record, MetadataChanges& changes) {
  DelegationToken token;
  token.owner = std::string(record.owner);
  token.requester = std::string(record.requester);
  for (const auto& renewer : record.renewers) token.renewers.emplace_back(renewer);
  token.issue_timestamp = record.issue_timestamp;
  token.max_timestamp = record.max_timestamp;
  token.expiration_timestamp = record.expiration_timestamp;
  tokens_.set(std::string(record.token_id), Cow<DelegationToken>(std::move(token)));
  changes.delegation_tokens = true;
  return ok();
}

Result<> DelegationTokensImage::apply(const wire::RemoveDelegationTokenRecord& record, MetadataChanges& changes) {
  tokens_.erase(record.token_id);
  changes.delegation_tokens = true;
  return ok();
}

}  // namespace muir::server
