#pragma once

#include <memory>
#include <vector>

#include "server/metadata/acls_image.h"
#include "server/metadata/client_quotas_image.h"
#include "server/metadata/cluster_image.h"
#include "server/metadata/configurations_image.h"
#include "server/metadata/delegation_tokens_image.h"
#include "server/metadata/features_image.h"
#include "server/metadata/metadata_changes.h"
#include "server/metadata/scram_image.h"
#include "server/metadata/topics_image.h"
#include "wire/base/bytes.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"

namespace muir::server {

// The cluster as applying the metadata log up to an offset yields it, and nothing else.  A value: copying it costs a
// few references, and two versions share every bucket in which they agree, so that publishing a change to one of ten
// thousand topics copies some dozens of pointers.  Holds no view into a record.  Published as
// `std::shared_ptr<const MetadataImage>`; readers on any thread.
struct MetadataImage {
  // Offset and quorum epoch of the last record applied; kNoOffset for an image that has seen none.
  Offset last_offset = kNoOffset;
  Epoch last_epoch = kNoEpoch;
  std::int64_t last_timestamp_ms = kNoTimestamp;  // When the batch of that record was appended.

  FeaturesImage features;
  ClusterImage cluster;
  TopicsImage topics;
  ConfigurationsImage configs;
  ClientQuotasImage client_quotas;
  std::int64_t next_producer_id = -1;  // The first id that no block has handed out; -1 before the first block.
  AclsImage acls;
  ScramImage scram;
  DelegationTokensImage delegation_tokens;

  // Applies one record, a whole frame as the log holds it.  Metadata transactions are the MetadataLoader's business:
  // their three records change nothing here.  Fails with a MetadataErrc; the node then has to stop, as it cannot know
  // the cluster any longer.
  Result<> apply(ByteView frame, MetadataChanges& changes);

  // The same cluster as records, in the order in which Kafka writes a snapshot: features first, since they say how to
  // read the rest.  Applying them to an empty image yields this one, but for offset, epoch and timestamp.
  std::vector<OwnedBytes> to_records() const;

  // Whether both describe the same cluster, whatever offset they were taken at.
  bool is_same_cluster(const MetadataImage& other) const;
};

using MetadataImagePtr = std::shared_ptr<const MetadataImage>;

}  // namespace muir::server
