#pragma once

#include "wire/base/result.h"
#include "wire/codec/error_code.h"

namespace muir::server {

// The one place where an error of ours becomes Kafka's.  Success is NONE; an error that this does not know is a bug of
// ours: it is logged as one and becomes UNKNOWN_SERVER_ERROR.
wire::ErrorCode to_wire(const Error& error);

// The same for a replica that cannot move between log directories: since its first version AlterReplicaLogDirs has a
// word of its own for one that is not here.
wire::ErrorCode move_to_wire(const Error& error);

// The same for a coordinator that could not write to its log: what a client of the coordinator understands.
wire::ErrorCode coordinator_to_wire(const Error& error);

}  // namespace muir::server
