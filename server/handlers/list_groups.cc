#include <algorithm>

#include "server/config/config_text.h"
#include "server/coordinator/group_coordinator.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "wire/schema/list_groups_request.h"
#include "wire/schema/list_groups_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Response = wire::ListGroupsResponse;

constexpr std::string_view kClassic = "classic";

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// A filter that names nothing lets everything through; one that names only what we do not know, nothing.
bool passes(const std::vector<std::string_view>& filter, std::string_view value) {
  return filter.empty() ||
         std::ranges::any_of(filter, [&](std::string_view one) { return equal_ignoring_case(trim(one), value); });
}

}  // namespace

// ListGroups (API key 16): the groups that this broker coordinates.  Versions 0-5; states since 4 (KIP-518), types
// since 5 (KIP-848).
Task<Response> handle(RequestContext& ctx, const wire::ListGroupsRequest& request) {
  const auto listings = std::make_shared<std::vector<GroupListing>>();
  ctx.keep_alive(listings);
  const auto collect = [&listings](const GroupMachine& machine) {
    for (GroupListing& listing : machine.list()) listings->push_back(std::move(listing));
  };
  const bool all_loaded = co_await ctx.services().groups->for_each(collect);
  Response response;
  if (!all_loaded) {
    response.error_code = ErrorCode::COORDINATOR_LOAD_IN_PROGRESS;
    co_return response;
  }
  const bool may_see_all = ctx.may_see(auth::Operation::DESCRIBE, auth::kCluster);
  for (const GroupListing& listing : *listings) {
    const StoredGroupView id(listing.group_id);
    if (!ctx.tenant().owns(id) || !passes(request.states_filter, listing.state)) continue;
    if (!passes(request.types_filter, kClassic)) continue;
    if (!may_see_all && !ctx.may_see_group(auth::Operation::DESCRIBE, id)) continue;
    auto& group = response.groups.emplace_back();
    group.group_id = ctx.tenant().to_client(id);
    group.protocol_type = listing.protocol_type;
    group.group_state = listing.state;
    group.group_type = kClassic;
  }
  co_return response;
}

}  // namespace muir::server
