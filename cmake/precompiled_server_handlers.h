// What every handler includes, parsed once (cmake/precompiled.h says why).
#pragma once
#include "cmake/precompiled.h"
#include "server/coordinator/group_coordinator.h"
#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
