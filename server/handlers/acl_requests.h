#pragma once

#include <string_view>

#include "wire/base/result.h"

namespace muir::wire {
struct CreateAclsRequest;
struct DeleteAclsRequest;
struct DescribeAclsRequest;
}  // namespace muir::wire

namespace muir::server {

// What Kafka refuses while it still reads the request, which costs the sender its connection: a code 0, UNKNOWN, where
// there must be a type, a pattern, an operation or a permission.  Fails with HandlerErrc::unknown_element.
Result<> accept(const wire::CreateAclsRequest& request);
Result<> accept(const wire::DeleteAclsRequest& request);
Result<> accept(const wire::DescribeAclsRequest& request);

inline constexpr std::string_view kNeedsAlter = "Request needs ALTER permission.";
inline constexpr std::string_view kNeedsDescribe = "Request needs DESCRIBE permission.";

}  // namespace muir::server
