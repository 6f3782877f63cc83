#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/create_acls_request.h"
#include "wire/schema/create_acls_response.h"
#include "wire/schema/delete_acls_request.h"
#include "wire/schema/delete_acls_response.h"

namespace muir::server {

// CreateAcls (API key 30): adds access control entries.  Versions 1-3.  One that is there already, or twice in the
// request, succeeds and changes nothing.  All records are one atomic batch.
Decision<wire::CreateAclsResponse> decide_create_acls(const DecideContext& context,
                                                      const wire::CreateAclsRequest& request);

// DeleteAcls (API key 31): removes those that a filter matches.  Versions 1-3.  What two filters match is answered to
// both.  All records are one atomic batch.
Decision<wire::DeleteAclsResponse> decide_delete_acls(const DecideContext& context,
                                                      const wire::DeleteAclsRequest& request);

}  // namespace muir::server
