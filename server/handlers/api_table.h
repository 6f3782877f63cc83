#pragma once

#include <cstdint>
#include <span>

#include "server/handlers/request_context.h"
#include "wire/base/bytes.h"
#include "wire/base/task.h"
#include "wire/schema/api_key.h"

namespace muir::server {

// The second half of a request: yields its answer, or why the connection must close.
using Finish = Task<Result<Answer>>;

// One API that this process serves.
struct Api {
  wire::ApiKey key;
  std::int16_t version_min;  // As advertised and accepted.
  std::int16_t version_max;
  bool on_broker;
  bool on_controller;
  bool may_overlap;            // Its Finish may run while later requests begin: Produce.
  bool before_authentication;  // Served before the connection has said who it is.

  // Decodes the body and does what must not overlap; the request's frame and context outlive the Finish.
  Task<Result<Finish>> (*begin)(RequestContext& ctx, ByteView body);

  bool is_served_on(const Session& session) const { return session.is_controller_listener ? on_controller : on_broker; }
};

// All of them, in the order of their keys; what ApiVersions advertises.
std::span<const Api> api_table();

// The API of a key; null if it is not served.
const Api* find_api(std::int16_t key);

}  // namespace muir::server
