#pragma once

#include <string>

#include "auth/acl/acl.h"
#include "auth/acl/acl_index.h"

namespace muir::auth {

// Why `acl` has nothing to say when `who` wants to do `operation` to `resource`, as a sentence without its subject:
// "is about the operation WRITE".  Empty if it has.
std::string why_not(const Acl& acl, const Subject& who, Operation operation, const Resource& resource);

}  // namespace muir::auth
