#include "server/process/explain_acl.h"

#include <vector>

#include <fmt/format.h>

#include "auth/acl/authorizer.h"
#include "auth/acl/explanation.h"
#include "server/client/broker_client.h"
#include "server/config/authorizer_config.h"
#include "server/process/authorizer_of.h"
#include "server/process/configuration_file.h"
#include "wire/schema/describe_acls_request.h"
#include "wire/schema/describe_acls_response.h"

namespace muir::server {
namespace {

constexpr int kAllowed = 0, kDenied = 1, kUnknown = 2;

struct Question {
  auth::Principal principal;
  std::string host;
  auth::Operation operation{};
  auth::ResourceType type{};
  std::string name;

  auth::Subject who() const { return {principal, host}; }
  auth::Resource resource() const { return {type, name}; }
};

int give_up(const std::string& why) {
  fail(why);
  return kUnknown;
}

// `topic:orders`; `cluster` needs no name.
bool read_resource(const std::string& text, Question& question) {
  const auto colon = text.find(':');
  const auto type = auth::resource_type_of(text.substr(0, colon));
  if (!type || *type == auth::ResourceType::ANY) return false;
  question.type = *type;
  if (colon != std::string::npos) question.name = text.substr(colon + 1);
  if (question.type == auth::ResourceType::CLUSTER) question.name = auth::kClusterName;
  return !question.name.empty();
}

// Empty, or what is wrong with the arguments.
std::string read_question(const ExplainArguments& arguments, Question& question) {
  const auto colon = arguments.principal.find(':');
  if (colon == std::string::npos) return "--principal is a type and a name: User:alice";
  question.principal = {arguments.principal.substr(0, colon), arguments.principal.substr(colon + 1)};
  const auto operation = auth::operation_of(arguments.operation);
  if (!operation || *operation < auth::Operation::READ)
    return "--operation is none of Kafka's: Read, Write, Describe, ...";
  question.operation = *operation;
  if (!read_resource(arguments.resource, question))
    return "--resource is a type and a name: topic:orders, group:g, transactional-id:x, or cluster";
  question.host = arguments.host;
  return {};
}

wire::DescribeAclsRequest request_of(const Question& question) {
  wire::DescribeAclsRequest request;
  request.resource_type_filter = static_cast<std::int8_t>(question.type);
  request.resource_name_filter = question.name;
  request.principal_filter.reset();
  request.host_filter.reset();
  request.pattern_type_filter = static_cast<std::int8_t>(auth::PatternType::MATCH);
  request.operation = static_cast<std::int8_t>(auth::Operation::ANY);
  request.permission_type = static_cast<std::int8_t>(auth::Permission::ANY);
  return request;
}

std::vector<auth::Acl> acls_of(const wire::DescribeAclsResponse& response) {
  std::vector<auth::Acl> acls;
  for (const auto& resource : response.resources) {
    for (const auto& said : resource.acls) {
      auth::Acl& acl = acls.emplace_back();
      acl.resource_type = static_cast<auth::ResourceType>(resource.resource_type);
      acl.resource_name = resource.resource_name;
      acl.pattern_type = static_cast<auth::PatternType>(resource.pattern_type);
      acl.principal = said.principal;
      acl.host = said.host;
      acl.operation = static_cast<auth::Operation>(said.operation);
      acl.permission = static_cast<auth::Permission>(said.permission_type);
    }
  }
  return acls;
}

std::string in_words(const auth::Acl& acl) {
  return fmt::format("{} {} for {} from host {} on {}:{}:{}", name(acl.permission), name(acl.operation), acl.principal,
                     acl.host, name(acl.resource_type), name(acl.pattern_type), acl.resource_name);
}

std::string reason(const auth::Decision& decision, const Question& question) {
  using Rule = auth::Decision::Rule;
  switch (decision.rule) {
    case Rule::super_user:
      return "it is in super.users, for which no ACL is asked";
    case Rule::acl:
      return in_words(auth::AclIndex::to_acl(decision.acl, question.principal, question.type)) +
             (decision.is_allowed ? "" : "; a DENY outweighs every ALLOW");
    case Rule::default_allow:
      return "no ACL is about the resource, and allow.everyone.if.no.acl.found is true";
    default:
      return "no ACL allows it";
  }
}

int answer(const auth::Authorizer& authorizer, bool knows_settings, const Question& question,
           const std::vector<auth::Acl>& acls) {
  auth::AclIndex index;
  for (const auth::Acl& acl : acls) index.add(acl);
  const auth::Decision decision = authorizer.decide(index, question.who(), question.operation, question.resource());
  fmt::print("{}: {} {} {} {}:{} from host {}\n", decision.is_allowed ? "ALLOWED" : "DENIED",
             question.principal.to_string(), decision.is_allowed ? "may" : "may not", name(question.operation),
             name(question.type), question.name, question.host);
  fmt::print("because: {}\n", reason(decision, question));
  if (!knows_settings)
    fmt::print(
        "not asked: super.users and allow.everyone.if.no.acl.found, which --config reads from a broker's file\n");
  fmt::print("ACLs about the resource: {}\n", acls.size());
  for (const auth::Acl& acl : acls) {
    const std::string why = why_not(acl, question.who(), question.operation, question.resource());
    fmt::print("  {} - {}\n", in_words(acl), why.empty() ? "applies" : why);
  }
  return decision.is_allowed ? kAllowed : kDenied;
}

}  // namespace

int explain_acl(const ExplainArguments& arguments) {
  Question question;
  const std::string problem = read_question(arguments, question);
  if (!problem.empty()) return give_up(problem);
  BrokerConfig config;
  if (arguments.config_file) {
    const auto file = read_configuration(arguments.config_file, {});
    if (!file) return give_up(file.error().message);
    if (const auto read = read_authorizer(*file, config); !read) return give_up(read.error().message);
  }
  config.has_standard_authorizer = true;  // A broker without says so itself.
  const auto dialer = Dialer::from_file(arguments.command_config);
  if (!dialer) return give_up(dialer.error().message);
  auto client = BrokerClient::connect(arguments.bootstrap_server, *dialer);
  if (!client) return give_up(client.error().message);
  const auto described = client->call<wire::DescribeAclsResponse>(request_of(question));
  if (!described) return give_up(described.error().message);
  if (described->error_code != wire::ErrorCode::NONE)
    return give_up(fmt::format("{}: {}", wire::name(described->error_code), described->error_message.value_or("")));
  return answer(authorizer_of(config), arguments.config_file.has_value(), question, acls_of(*described));
}

}  // namespace muir::server
