#include "server/controller/producer_ids.h"

#include <algorithm>
#include <limits>

#include "wire/schema/producer_ids_record.h"

namespace muir::server {

Decision<wire::AllocateProducerIdsResponse> decide_allocate_producer_ids(
    const DecideContext& context, const wire::AllocateProducerIdsRequest& request) {
  using wire::ErrorCode;
  Decision<wire::AllocateProducerIdsResponse> decision;
  decision.is_atomic = false;
  auto& response = decision.response;
  if (stale_broker_epoch(context.image().cluster, NodeId{request.broker_id}, request.broker_epoch)) {
    response.error_code = ErrorCode::STALE_BROKER_EPOCH;
    return decision;
  }
  const auto first = std::max<std::int64_t>(context.image().next_producer_id, 0);
  if (first > std::numeric_limits<std::int64_t>::max() - kProducerIdBlockSize) {
    response.error_code = ErrorCode::UNKNOWN_SERVER_ERROR;
    return decision;
  }
  wire::ProducerIdsRecord record;
  record.broker_id = request.broker_id;
  record.broker_epoch = request.broker_epoch;
  record.next_producer_id = first + kProducerIdBlockSize;
  RecordBatch records;
  records.add(record);
  decision.records = records.take();
  response.producer_id_start = first;
  response.producer_id_len = kProducerIdBlockSize;
  return decision;
}

}  // namespace muir::server
