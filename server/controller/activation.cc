#include "server/controller/activation.h"

#include <utility>

#include <fmt/format.h>

#include "server/controller/record_batch.h"
#include "server/metadata/errc.h"
#include "wire/base/check.h"
#include "wire/schema/abort_transaction_record.h"
#include "wire/schema/begin_transaction_record.h"
#include "wire/schema/end_transaction_record.h"

namespace muir::server {
namespace {

template <class Record>
void add(std::vector<OwnedBytes>& records, const Record& record) {
  auto frame = encode_record(record, 0);
  CHECK(frame.has_value());  // Its strings are our own.
  records.push_back(std::move(*frame));
}

void add_abort(std::vector<OwnedBytes>& records) {
  wire::AbortTransactionRecord record;
  record.reason = "Controller failover";
  add(records, record);
}

// What the bootstrap records amount to.
Result<FeaturesImage> features_of(const std::vector<OwnedBytes>& bootstrap) {
  MetadataImage image;
  MetadataChanges changes;
  for (const auto& frame : bootstrap) {
    const auto applied = image.apply(frame, changes);
    if (!applied) return applied.error();
  }
  if (!image.features.metadata_version()) return make_error_code(MetadataErrc::invalid_value);
  return image.features;
}

Result<Activation> bootstrap_cluster(const DecideContext& context, const std::vector<OwnedBytes>& bootstrap) {
  const auto features = features_of(bootstrap);
  if (!features) return features.error();
  const auto level = *features->metadata_version();
  const bool in_transaction = level >= kMetadataTransactionLevel;
  if (context.state.is_in_transaction() && !in_transaction) return make_error_code(MetadataErrc::nested_transaction);
  Activation activation;
  auto& records = activation.records;
  if (context.state.is_in_transaction()) add_abort(records);
  if (in_transaction) {
    wire::BeginTransactionRecord begin;
    begin.name = "Bootstrap records";
    add(records, begin);
  }
  records.insert(records.end(), bootstrap.begin(), bootstrap.end());
  if (features->is_elr_enabled()) {
    const auto min_isr = std::to_string(context.schema.static_min_insync_replicas());
    wire::ConfigRecord record;
    record.resource_type = static_cast<std::int8_t>(ConfigResourceType::BROKER);
    record.name = "min.insync.replicas";
    record.value = min_isr;
    add(records, record);
  }
  if (in_transaction) add(records, wire::EndTransactionRecord());
  activation.is_atomic = !in_transaction;
  activation.message =
      fmt::format("the metadata log is empty: {} bootstrap records at metadata.version {}", bootstrap.size(), level);
  return activation;
}

}  // namespace

Result<Activation> decide_activation(const DecideContext& context, const std::vector<OwnedBytes>& bootstrap) {
  if (!context.image().features.metadata_version()) return bootstrap_cluster(context, bootstrap);
  Activation activation;
  if (context.state.is_in_transaction()) {
    add_abort(activation.records);
    activation.message = "aborting the metadata transaction that the former controller left open";
  }
  return activation;
}

}  // namespace muir::server
