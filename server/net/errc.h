#pragma once

#include "wire/base/result.h"

namespace muir::server {

// Why a connection cannot go on.
enum class NetErrc {
  would_block = 1,     // Nothing can be moved now: wait for readiness, then try again.
  closed_by_peer,      // The peer has ended the connection: end ours, without a word.
  closed_by_us,        // The connection was closed here while somebody waited on it: stop.
  frame_size_invalid,  // A frame's size is negative or above the limit of this phase: close, with a log line.
  frame_unmappable,    // No address space for a large frame: close, with a log line.
  file_ended,          // A file is shorter than the slice to be sent: our bug or a disk's; close.
  request_malformed,   // No schema accepts the request, or its API or version is not served here: close, with a log
                       // line.
  idle,                // Nothing came for connections.max.idle.ms: close.
  slow,                // The peer did not go on with the request that it sent, or the answer that it took: close.
  unauthenticated,     // The client had not said who it is within muir.authentication.timeout.ms: close.
};

Error make_error_code(NetErrc errc);

}  // namespace muir::server

template <>
struct boost::system::is_error_code_enum<muir::server::NetErrc> : std::true_type {};
