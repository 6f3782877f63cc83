#include "server/controller/acl_control.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "auth/acl/acl.h"
#include "server/controller/acl_codes.h"
#include "server/controller/record_batch.h"

namespace muir::server {
namespace {

using auth::Acl;
using wire::ErrorCode;

ApiError invalid(std::string message) { return {ErrorCode::INVALID_REQUEST, std::move(message)}; }

template <class Enum>
bool is_filter_only(Enum value) {
  return value == Enum::UNKNOWN || value == Enum::ANY;
}

Acl acl_of(const wire::CreateAclsRequest::AclCreation& creation) {
  Acl acl;
  acl.resource_type = acl_code<auth::ResourceType>(creation.resource_type);
  acl.resource_name = creation.resource_name;
  acl.pattern_type = acl_code<auth::PatternType>(creation.resource_pattern_type);
  acl.principal = creation.principal;
  acl.host = creation.host;
  acl.operation = acl_code<auth::Operation>(creation.operation);
  acl.permission = acl_code<auth::Permission>(creation.permission_type);
  return acl;
}

// The first two are the broker's checks, the rest the controller's; in this order.
ApiError problem_with(const Acl& acl) {
  if (acl.resource_type == auth::ResourceType::CLUSTER && acl.resource_name != auth::kClusterName)
    return invalid(fmt::format("The only valid name for the CLUSTER resource is {}", auth::kClusterName));
  if (acl.resource_name.empty()) return invalid("Invalid empty resource name");
  if (is_filter_only(acl.resource_type))
    return invalid(fmt::format("Invalid resourceType {}", name(acl.resource_type)));
  if (acl.pattern_type != auth::PatternType::LITERAL && acl.pattern_type != auth::PatternType::PREFIXED)
    return invalid(fmt::format("Invalid patternType {}", name(acl.pattern_type)));
  if (is_filter_only(acl.operation)) return invalid(fmt::format("Invalid operation {}", name(acl.operation)));
  if (is_filter_only(acl.permission)) return invalid(fmt::format("Invalid permissionType {}", name(acl.permission)));
  if (acl.principal.find(':') == std::string::npos)
    return invalid(
        fmt::format("Could not parse principal from `{}` (no colon is present separating the principal type "
                    "from the principal name)",
                    acl.principal));
  return {};
}

Uuid new_acl_id(const DecideContext& context) {
  for (;;) {
    const Uuid id = context.new_uuid();
    if (!context.image().acls.all().contains(id)) return id;
  }
}

wire::AccessControlEntryRecord record_of(const Uuid& id, const Acl& acl) {
  wire::AccessControlEntryRecord record;
  record.id = id;
  record.resource_type = static_cast<std::int8_t>(acl.resource_type);
  record.resource_name = acl.resource_name;
  record.pattern_type = static_cast<std::int8_t>(acl.pattern_type);
  record.principal = acl.principal;
  record.host = acl.host;
  record.operation = static_cast<std::int8_t>(acl.operation);
  record.permission_type = static_cast<std::int8_t>(acl.permission);
  return record;
}

ApiError problem_with(const auth::AclFilter& filter) {
  if (filter.resource_type == auth::ResourceType::UNKNOWN || filter.pattern_type == auth::PatternType::UNKNOWN)
    return invalid("Unknown patternFilter.");
  if (filter.operation == auth::Operation::UNKNOWN || filter.permission == auth::Permission::UNKNOWN)
    return invalid("Unknown entryFilter.");
  return {};
}

// What one filter removes.
class Removal {
 public:
  Removal(Decision<wire::DeleteAclsResponse>& decision, std::set<Uuid>& removed)
      : decision_(decision), removed_(removed) {}

  // False: that is too much for one request.
  bool remove_matching(const DecideContext& context, const auth::AclFilter& filter,
                       wire::DeleteAclsResponse::DeleteAclsFilterResult& result) {
    for (const auto& [id, acl] : context.image().acls.all()) {
      if (!filter.matches(*acl)) continue;
      if (removed_.size() >= RecordBatch::kRecordsPerRequestMax) return false;
      removed_.insert(id);
      tell(*acl, result);
    }
    return true;
  }

 private:
  void tell(const Acl& acl, wire::DeleteAclsResponse::DeleteAclsFilterResult& result) {
    auto& told = result.matching_acls.emplace_back();
    told.error_message.reset();
    told.resource_type = static_cast<std::int8_t>(acl.resource_type);
    told.resource_name = decision_.texts.keep(acl.resource_name);
    told.pattern_type = static_cast<std::int8_t>(acl.pattern_type);
    told.principal = decision_.texts.keep(acl.principal);
    told.host = decision_.texts.keep(acl.host);
    told.operation = static_cast<std::int8_t>(acl.operation);
    told.permission_type = static_cast<std::int8_t>(acl.permission);
  }

  Decision<wire::DeleteAclsResponse>& decision_;
  std::set<Uuid>& removed_;
};

}  // namespace

Decision<wire::CreateAclsResponse> decide_create_acls(const DecideContext& context,
                                                      const wire::CreateAclsRequest& request) {
  Decision<wire::CreateAclsResponse> decision;
  RecordBatch records;
  auth::AclIndex created;
  std::vector<ApiError> results;
  for (const auto& creation : request.creations) {
    const Acl acl = acl_of(creation);
    const ApiError& problem = results.emplace_back(problem_with(acl));
    if (problem.failed() || context.image().acls.index().contains(acl) || created.contains(acl)) continue;
    created.add(acl);
    records.add(record_of(new_acl_id(context), acl));
  }
  const ApiError& all = records.problem();
  for (ApiError& error : results) {
    auto& result = decision.response.results.emplace_back();
    if (!error.failed()) error = all;
    result.error_code = error.code;
    if (error.failed()) result.error_message = decision.texts.keep(error.message);
  }
  if (!all.failed()) decision.records = records.take();
  return decision;
}

Decision<wire::DeleteAclsResponse> decide_delete_acls(const DecideContext& context,
                                                      const wire::DeleteAclsRequest& request) {
  Decision<wire::DeleteAclsResponse> decision;
  std::set<Uuid> removed;
  Removal removal(decision, removed);
  for (const auto& asked : request.filters) {
    const auth::AclFilter filter = acl_filter(asked);
    auto& result = decision.response.filter_results.emplace_back();
    const ApiError problem = problem_with(filter);
    result.error_code = problem.code;
    result.error_message = decision.texts.keep(problem.message);
    if (problem.failed()) continue;
    if (removal.remove_matching(context, filter, result)) continue;
    Decision<wire::DeleteAclsResponse> refusal;
    refusal.response.filter_results.resize(request.filters.size());
    for (auto& refused : refusal.response.filter_results) {
      refused.error_code = ErrorCode::INVALID_REQUEST;
      refused.error_message = "Cannot remove more than 10000 acls in a single delete operation.";
    }
    return refusal;
  }
  RecordBatch records;
  for (const Uuid& id : removed) {
    wire::RemoveAccessControlEntryRecord record;
    record.id = id;
    records.add(record);
  }
  decision.records = records.take();
  return decision;
}

}  // namespace muir::server
