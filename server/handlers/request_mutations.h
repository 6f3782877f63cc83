#pragma once

#include <cstdint>
#include <optional>

#include "server/controller/mutation_quota.h"
#include "server/handlers/request_context.h"
#include "server/quota/quota_limits.h"
#include "server/quota/quota_sensor.h"
#include "server/throttling/client_quota_manager.h"

namespace muir::server {

// The quota of mutations of one request (KIP-599).  Versions of the API from `strict_since` on are refused what is
// beyond it; older ones, whose clients do not know THROTTLING_QUOTA_EXCEEDED, get it and are held up. Lives as long as
// the request; charge() is for the controller's thread, the rest for the request's shard.
class RequestMutations final : public MutationQuota {
 public:
  RequestMutations(RequestContext& ctx, std::int16_t strict_since);

  bool charge(std::int64_t partitions) override;

  // How long the client has to wait from now on until its debt is paid, in milliseconds.  When the controller is done.
  std::int64_t throttle_ms(Instant now) const;

 private:
  ClientQuotaManager* quotas_;
  std::optional<QuotaLimits::Limit> limit_;  // None: the client may do as it likes.
  QuotaSensor::Mode mode_;
  std::int64_t throttle_ms_ = 0;
  Instant charged_at_{};
};

}  // namespace muir::server
