#pragma once

#include <optional>
#include <string_view>

#include "wire/base/result.h"
#include "wire/codec/error_code.h"

namespace muir::wire {
struct CreateAclsRequest;
struct DeleteAclsRequest;
struct DescribeAclsRequest;
}  // namespace muir::wire

namespace muir::server {

class RequestContext;

// What Kafka refuses while it still reads the request, which costs the sender its connection: a code 0, UNKNOWN, where
// there must be a type, a pattern, an operation or a permission.  Fails with HandlerErrc::unknown_element.
Result<> accept(const wire::CreateAclsRequest& request);
Result<> accept(const wire::DeleteAclsRequest& request);
Result<> accept(const wire::DescribeAclsRequest& request);

struct AclRefusal {
  wire::ErrorCode error;
  std::string_view message;
};

// Why no entry may be added or removed here, by this principal or by anybody; in Kafka's order.
std::optional<AclRefusal> refusal_to_change_acls(RequestContext& ctx);

inline constexpr std::string_view kNeedsDescribe = "Request needs DESCRIBE permission.";

}  // namespace muir::server
