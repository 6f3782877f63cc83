#include "server/metadata/scram_image.h"

#include <utility>

#include "server/metadata/errc.h"
#include "server/metadata/metadata_changes.h"

namespace muir::server {
namespace {

OwnedBytes owned(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

bool ScramImage::erase(const ScramKey& key) {
  const auto* credential = credentials_.find(key);
  if (credential == nullptr) return false;
  shapes_.remove(key.mechanism, auth::shape_of((*credential)->salt, (*credential)->iterations));
  return credentials_.erase(key);
}

Result<> ScramImage::apply(const wire::UserScramCredentialRecord& record, MetadataChanges& changes) {
  ScramKey key{record.mechanism, std::string(record.name)};
  ScramCredential credential{owned(record.salt), owned(record.stored_key), owned(record.server_key), record.iterations};
  erase(key);
  shapes_.add(key.mechanism, auth::shape_of(credential.salt, credential.iterations));
  credentials_.set(std::move(key), Cow<ScramCredential>(std::move(credential)));
  changes.scram = true;
  return ok();
}

Result<> ScramImage::apply(const wire::RemoveUserScramCredentialRecord& record, MetadataChanges& changes) {
  if (!erase(ScramKey{record.mechanism, std::string(record.name)})) return make_error_code(MetadataErrc::invalid_value);
  changes.scram = true;
  return ok();
}

}  // namespace muir::server
