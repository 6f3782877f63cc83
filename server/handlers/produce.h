#pragma once

#include "server/handlers/api_table.h"

namespace muir::server {

// Produce (API key 0) is the one API whose answer may be waited for while later requests of its connection begin: this
// authorises, validates and appends; what it returns waits for the high watermark and answers.
Task<Result<Finish>> begin_produce(RequestContext& ctx, ByteView body);

}  // namespace muir::server
