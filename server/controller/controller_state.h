#pragma once

#include <memory>
#include <set>
#include <string>

#include "server/metadata/metadata_image.h"
#include "wire/base/bytes.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"

namespace muir::server {

// The durable state of the controller: what replaying the metadata log yields, and a few indexes of it.  A value that
// shares its parts with its copies, so that going back to an earlier state is an assignment (ADR 030).
struct ControllerState {
  MetadataImage image;
  // Names with '.' or '_' under the name that they have in a metric: two of them would be one there.
  BucketMap<std::string, Cow<std::set<std::string>>> colliding_names;
  BucketMap<NodeId, Offset> register_broker_offsets;  // Of each broker's last RegisterBroker record.
  // The state before the metadata transaction that is open (KIP-868); null if none is.
  std::shared_ptr<const ControllerState> before_transaction;

  // Applies the record at `offset`.  The only thing that changes durable state.  Fails with a MetadataErrc: what the
  // log holds cannot be followed, the process has to stop.
  Result<> apply(ByteView frame, Offset offset, MetadataChanges& changes);

  bool is_in_transaction() const { return before_transaction != nullptr; }

 private:
  Result<> apply_image(ByteView frame, Offset offset, MetadataChanges& changes);
};

}  // namespace muir::server
