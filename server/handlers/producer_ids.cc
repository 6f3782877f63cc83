#include "server/handlers/producer_ids.h"

#include <utility>

#include "server/active_controller/controller_service.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/allocate_producer_ids_request.h"
#include "wire/schema/allocate_producer_ids_response.h"

namespace muir::server {

Task<Result<ProducerId>> ProducerIds::next() {
  while (next_ == end_) {
    const auto refilled = co_await refill();
    if (!refilled) co_return refilled.error();
  }
  co_return ProducerId{next_++};
}

// One request for a block at a time; whoever comes meanwhile waits for its answer.
Task<Result<void>> ProducerIds::refill() {
  if (is_refilling_) {
    Completion<Result<void>> answered;
    waiting_.push_back(&answered);
    co_return co_await answered;
  }
  is_refilling_ = true;
  const auto answered = co_await ask_controller();
  is_refilling_ = false;
  for (Completion<Result<void>>* waiting : std::exchange(waiting_, {})) waiting->complete(answered);
  co_return answered;
}

Task<Result<void>> ProducerIds::ask_controller() {
  wire::AllocateProducerIdsRequest request;
  request.broker_id = services_.config.node_id.value;
  const BrokerRegistration* self = services_.metadata.image()->cluster.broker(services_.config.node_id);
  request.broker_epoch = self == nullptr ? -1 : self->epoch;
  const auto committed =
      co_await services_.controller.submit<wire::AllocateProducerIdsRequest, wire::AllocateProducerIdsResponse>(
          &Controller::allocate_producer_ids, request, ControllerRequest{});
  if (!committed) co_return committed.error();
  const auto& response = committed->decision.response;
  const bool was_refused = response.error_code != wire::ErrorCode::NONE;
  if (was_refused) co_return HandlerErrc::no_producer_ids;
  next_ = response.producer_id_start;
  end_ = next_ + response.producer_id_len;
  co_return ok();
}

}  // namespace muir::server
