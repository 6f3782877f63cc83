#include "server/metadata/scram_image.h"

#include <utility>

#include "server/metadata/errc.h"
#include "server/metadata/metadata_changes.h"

namespace muir::server {
namespace {

OwnedBytes owned(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

Result<> ScramImage::apply(const wire::UserScramCredentialRecord& record, MetadataChanges& changes) {
  ScramCredential credential{owned(record.salt), owned(record.stored_key), owned(record.server_key), record.iterations};
  credentials_.set(ScramKey{record.mechanism, std::string(record.name)}, Cow<ScramCredential>(std::move(credential)));
  changes.scram = true;
  return ok();
}

Result<> ScramImage::apply(const wire::RemoveUserScramCredentialRecord& record, MetadataChanges& changes) {
  if (!credentials_.erase(ScramKey{record.mechanism, std::string(record.name)}))
    return make_error_code(MetadataErrc::invalid_value);
  changes.scram = true;
  return ok();
}

}  // namespace muir::server
