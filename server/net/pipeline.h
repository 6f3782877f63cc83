#pragma once

#include <string_view>

#include "server/handlers/api_table.h"
#include "server/net/frame_reader.h"

namespace muir::server {

// The API that a frame asks for, if the connection may use it in its present state; else why not, for the log.
struct Admission {
  const Api* api = nullptr;
  std::string_view refusal;
};
Admission admit(const Session& session, ByteView frame);

// The way of every request: frame -> header -> allowed in this state of the connection? -> the API's own begin().
// What it returns is the second half; frame and context go with it.  NetErrc::request_malformed means that the
// connection must be closed; why has been logged.
Task<Result<Finish>> begin_request(Services& services, Session& session, Frame frame);

// Whether the request in `frame` may begin while earlier ones are still unanswered.
bool may_overlap(const Frame& frame);

}  // namespace muir::server
