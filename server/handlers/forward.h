#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "server/active_controller/controller_service.h"
#include "server/handlers/request_context.h"
#include "server/handlers/request_mutations.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "server/publishing/metadata_publisher.h"

namespace muir::server {

// What the sender of a request may do, for the controller to ask.  Lives as long as the request.
class RequestPermissions final : public Permissions {
 public:
  // On the request's shard.  What is asked afterwards, on the controller's thread, is answered by the ACLs of now.
  explicit RequestPermissions(RequestContext& ctx) : ctx_(ctx), image_(ctx.services().metadata.image()) {}
  bool may_create_topic(std::string_view topic) const override;
  bool may_describe_topic_to_delete(std::string_view topic) const override;
  bool may_describe_topic_configs(std::string_view topic) const override;
  bool may_delete_topic(std::string_view topic) const override;
  bool may_alter_topic(std::string_view topic) const override;
  bool may_alter_configs(ConfigResourceType type, std::string_view name) const override;

 private:
  bool may(auth::Operation operation, const auth::Resource& resource) const {
    return ctx_.may_in(*image_, operation, resource);
  }
  bool may_cluster_quietly(auth::Operation operation) const {
    return ctx_.may_in(*image_, operation, auth::kCluster, AuditPurpose::filter);
  }
  bool may_topic(auth::Operation operation, std::string_view topic) const {
    return may(operation, {auth::ResourceType::TOPIC, topic});
  }

  const RequestContext& ctx_;
  const MetadataImagePtr image_;
};

// How long an answer waits for this broker to know what the controller has decided, so that a client that creates a
// topic and asks for it at once is not told that there is none.  The answer is right without it.
inline constexpr std::chrono::milliseconds kPublishPatience{500};

// Lets the active controller decide about `request`, and yields its response when that is committed and known here.
// Fails when there is no active controller.  `mutations`, if given, are charged for what is created and deleted.
template <class Request, class Response>
Task<Result<Response>> forward(RequestContext& ctx, ControllerService::Decide<Request, Response> decide,
                               const Request& request,
                               const std::set<std::string, std::less<>>* unknown_hosts = nullptr,
                               RequestMutations* mutations = nullptr) {
  const RequestPermissions permissions(ctx);
  ControllerRequest surroundings;
  surroundings.api_version = ctx.api_version;
  surroundings.is_forwarded = !ctx.session().is_controller_listener;
  surroundings.permissions = &permissions;
  surroundings.unknown_hosts = unknown_hosts;
  surroundings.mutation_quota = mutations;
  surroundings.principal = &ctx.session().principal;
  auto committed = co_await ctx.services().controller.submit<Request, Response>(decide, request, surroundings);
  if (mutations != nullptr) {
    const Instant now = ctx.services().clock.now();
    ctx.throttle_time_ms = static_cast<std::int32_t>(std::min<std::int64_t>(mutations->throttle_ms(now), INT32_MAX));
  }
  if (!committed) co_return committed.error();
  if (committed->end) {
    MetadataPublisher& publisher = ctx.services().publisher;
    const Offset end = *committed->end;
    co_await call(*ctx.services().shards.front(),
                  [&publisher, end] { return publisher.until_published(end, kPublishPatience); });
  }
  // The response views the decision's texts.
  auto kept = std::make_shared<Decision<Response>>(std::move(committed->decision));
  ctx.keep_alive(kept);
  co_return kept->response;
}

}  // namespace muir::server
