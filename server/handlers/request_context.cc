#include "server/handlers/request_context.h"

#include "server/audit/audit_log.h"
#include "server/handlers/services.h"
#include "server/metadata/metadata_image.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/registry.h"
#include "wire/schema/response_header.h"

namespace muir::server {

bool RequestContext::may(auth::Operation operation, const auth::Resource& resource) const {
  const MetadataImage& image = *services_.metadata.image();
  const std::uint64_t version = image.acls.index().version();
  auth::RecentlyAllowed& recently = session_.recently_allowed;
  const bool is_to_be_written = services_.audit.wants_allowed();
  if (!is_to_be_written && recently.knows(version, operation, resource)) return true;
  const bool may = may_in(image, operation, resource);
  if (may && services_.authorizer.is_configured()) recently.remember(version, operation, resource);
  return may;
}

bool RequestContext::may_see(auth::Operation operation, const auth::Resource& resource) const {
  return may_in(*services_.metadata.image(), operation, resource, AuditPurpose::filter);
}

bool RequestContext::may_in(const MetadataImage& image, auth::Operation operation, const auth::Resource& resource,
                            AuditPurpose purpose) const {
  const auth::Authorizer& authorizer = services_.authorizer;
  if (!authorizer.is_configured()) return true;
  const auth::Decision decision = authorizer.decide(image.acls.index(), subject(), operation, resource);
  services_.audit.decided({subject(), operation, resource, api_key}, decision, purpose);
  return decision.is_allowed;
}

bool RequestContext::may_topic(auth::Operation operation, StoredTopicView topic) const {
  return may(operation, {auth::ResourceType::TOPIC, topic.name});
}

bool RequestContext::may_any_topic(auth::Operation operation) const {
  return services_.authorizer.may_on_any(services_.metadata.image()->acls.index(), subject(), operation,
                                         auth::ResourceType::TOPIC);
}

std::int32_t RequestContext::authorized_operations(const auth::Resource& resource) const {
  return services_.authorizer.authorized_operations(services_.metadata.image()->acls.index(), subject(), resource);
}

const MetadataImage& RequestContext::image() {
  if (!image_) image_ = services_.metadata.image();
  return *image_;
}

std::size_t RequestContext::decoded_bytes_max() const {
  return static_cast<std::size_t>(services_.config.muir_decoded_request_max_bytes);
}

Result<Answer> RequestContext::begin_answer() {
  Answer answer;
  wire::ResponseHeader header;
  header.correlation_id = correlation_id;
  const auto header_version = wire::response_header_version(api_key, api_version);
  if (!header_version) return header_version.error();
  const auto encoded = wire::encode(answer.writer, *header_version, header);
  if (!encoded) return encoded.error();
  return answer;
}

}  // namespace muir::server
