#pragma once

#include <string>
#include <vector>

#include "server/controller/decide_context.h"
#include "wire/base/bytes.h"
#include "wire/base/result.h"

namespace muir::server {

// What a controller that has become active writes first.
struct Activation {
  std::vector<OwnedBytes> records;
  bool is_atomic = true;  // False within a metadata transaction, which is atomic by itself.
  std::string message;    // For the log.
};

// For an empty log the bootstrap records (of bootstrap.checkpoint), in a metadata transaction where those exist, and
// the cluster's min.insync.replicas, without which ELR would not be safe; otherwise the abort of a transaction that the
// former controller left open.  Fails with a MetadataErrc if the bootstrap records cannot be read or name no
// metadata.version.
Result<Activation> decide_activation(const DecideContext& context, const std::vector<OwnedBytes>& bootstrap);

}  // namespace muir::server
