#include "server/handlers/handlers.h"
#include "server/handlers/producer_ids.h"
#include "server/handlers/services.h"
#include "server/to_wire.h"
#include "wire/schema/init_producer_id_request.h"
#include "wire/schema/init_producer_id_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Response = wire::InitProducerIdResponse;

Response refuse(ErrorCode error) {
  Response response;
  response.error_code = error;
  response.producer_epoch = -1;
  return response;
}

}  // namespace

// InitProducerId (API key 22): an id for an idempotent producer (KIP-98).  Versions 0-5.  Transactional producers need
// a transaction coordinator, which this version does not have: docs/deviations.md.
Task<Response> handle(RequestContext& ctx, const wire::InitProducerIdRequest& request) {
  if (request.transactional_id) {
    const auth::Resource resource{auth::ResourceType::TRANSACTIONAL_ID, *request.transactional_id};
    if (!ctx.may(auth::Operation::WRITE, resource)) co_return refuse(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
  } else if (!ctx.may_see(auth::Operation::IDEMPOTENT_WRITE, auth::kCluster) &&
             !ctx.may_any_topic(auth::Operation::WRITE)) {
    co_return refuse(ErrorCode::CLUSTER_AUTHORIZATION_FAILED);
  }
  if ((request.producer_id < 0) != (request.producer_epoch < 0)) co_return refuse(ErrorCode::INVALID_REQUEST);
  if (request.transactional_id) {
    co_return refuse(request.transactional_id->empty() ? ErrorCode::INVALID_REQUEST
                                                       : ErrorCode::COORDINATOR_NOT_AVAILABLE);
  }
  ProducerIds& ids = *ctx.services().producer_ids;
  const auto id = co_await call(*ctx.services().shards.front(), [&ids] { return ids.next(); });
  if (!id) co_return refuse(to_wire(id.error()));
  Response response;
  response.producer_id = id->value;
  co_return response;
}

}  // namespace muir::server
