#pragma once

#include <cstdint>
#include <forward_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/acl/authorizer.h"
#include "server/audit/audit_purpose.h"
#include "server/handlers/session.h"
#include "server/runtime/long_work.h"
#include "server/tenant/tenant.h"
#include "storage/disk/disk.h"
#include "wire/base/result.h"
#include "wire/codec/writer.h"
#include "wire/schema/api_key.h"

namespace muir::server {

class ClientThrottle;
struct Services;
struct MetadataImage;

// What goes back to the client: a frame without its size, and the file slices that belong into it.
struct Answer {
  wire::Writer writer;
  std::vector<storage::FileSlice> slices;  // By the token of writer.externals().
  bool is_silent = false;                  // Nothing is sent: a Produce with acks=0.
};

// Counts what a request takes of memory beside its frame as if it were part of it.
class RequestCharge {
 public:
  virtual void charge(std::size_t bytes) = 0;

 protected:
  ~RequestCharge() = default;
};

// One request and all that a handler may ask while it works on it.  The strings of the request are views into its
// frame, which lives as long as the context; those of a response must stand in the request, in the metadata image, or
// in keep().  Owner: the pipeline, on the connection's shard.
class RequestContext {
 public:
  RequestContext(Services& services, Session& session, RequestCharge* charge = nullptr)
      : services_(services), session_(session), charge_(charge) {}
  RequestContext(const RequestContext&) = delete;
  RequestContext& operator=(const RequestContext&) = delete;

  Services& services() { return services_; }
  Session& session() { return session_; }

  wire::ApiKey api_key{};
  std::int16_t api_version = 0;
  std::int32_t correlation_id = 0;
  bool is_version_unsupported = false;  // ApiVersions only: answered in version 0.
  std::string_view client_id;           // Empty if the request named none.
  std::size_t request_bytes = 0;        // Header and body.

  ClientThrottle* throttle = nullptr;  // The quotas of the client; null: nobody is limited, or this request is exempt.
  bool is_counted = false;             // By the handler itself, and throttle_time_ms is final.
  std::int32_t throttle_time_ms = 0;   // That the answer will carry, as far as the handler knows.

  WorkPace pace;  // Of a handler that goes through many things; an answer that took some pauses is encoded aside.

  // Whether the principal may do this, by the newest ACLs of this shard; to be asked before anything else is looked at.
  // `name` is a stored name.  A denial stands in the audit log.
  bool may(auth::Operation operation, const auth::Resource& resource) const;
  // The same where a denial only keeps something out of an answer that nobody asked for by name.
  bool may_see(auth::Operation operation, const auth::Resource& resource) const;
  // The same by the ACLs of `image`, on any thread.
  bool may_in(const MetadataImage& image, auth::Operation operation, const auth::Resource& resource,
              AuditPurpose purpose = AuditPurpose::access) const;
  bool may_topic(auth::Operation operation, StoredTopicView topic) const;
  bool may_group(auth::Operation operation, StoredGroupView group) const {
    return may(operation, {auth::ResourceType::GROUP, group.id});
  }
  bool may_see_topic(auth::Operation operation, StoredTopicView topic) const {
    return may_see(operation, {auth::ResourceType::TOPIC, topic.name});
  }
  bool may_see_group(auth::Operation operation, StoredGroupView group) const {
    return may_see(operation, {auth::ResourceType::GROUP, group.id});
  }
  bool may_any_topic(auth::Operation operation) const;
  bool may_cluster(auth::Operation operation) const { return may(operation, auth::kCluster); }
  std::int32_t authorized_operations(const auth::Resource& resource) const;

  // Whose names these are: turns what the client says into what is stored, and back.
  const Tenant& tenant() const { return tenant_; }

  // The cluster as this shard knows it, the same one for the whole request.
  const MetadataImage& image();

  // A view of `text` that lives until the answer has been encoded.
  std::string_view keep(std::string text) { return texts_.emplace_front(std::move(text)); }

  // Whatever the response points into.
  void keep_alive(std::shared_ptr<const void> memory) { kept_.push_back(std::move(memory)); }

  // Records of a response that stay in their file; the token goes into wire::Records.
  std::uint32_t add_slice(storage::FileSlice slice) {
    slices_.push_back(std::move(slice));
    return static_cast<std::uint32_t>(slices_.size() - 1);
  }

  // What decoding the body may allocate, and that it has.
  std::size_t decoded_bytes_max() const;
  void decoded(std::size_t bytes) {
    if (charge_ != nullptr) charge_->charge(bytes);
  }

  // Sets the answer's header; `encode` adds the body.  Used by the API table.
  Result<Answer> begin_answer();
  std::vector<storage::FileSlice> take_slices() { return std::move(slices_); }

 private:
  auth::Subject subject() const { return {session_.principal, session_.client_host}; }

  Services& services_;
  Session& session_;
  RequestCharge* const charge_;  // May be null.
  Tenant tenant_;
  std::shared_ptr<const MetadataImage> image_;
  std::forward_list<std::string> texts_;
  std::vector<std::shared_ptr<const void>> kept_;
  std::vector<storage::FileSlice> slices_;
};

}  // namespace muir::server
