#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/quota/quota_limits.h"
#include "server/runtime/cpu_account.h"
#include "server/throttling/quota_share.h"

namespace muir::server {

// The quotas that count for one connection: looked up when its client id, its user or the cluster's quotas have
// changed, and otherwise as they were. Owner: its Session, on the connection's shard.
class ClientThrottle {
 public:
  // One quota of the connection's client; no share: there is none of this type.
  struct Part {
    std::shared_ptr<QuotaShare> share;
    double bound = 0;

    explicit operator bool() const { return share != nullptr; }
    Task<std::int64_t> record(double value) const { return share->record(value, bound); }
    Task<void> take_back(double value) const { return share->take_back(value, bound); }
    Task<void> throttled(std::int64_t throttle_ms) const { return share->throttled(throttle_ms); }
  };

  const Part& produce() const { return part(QuotaType::produce); }
  const Part& fetch() const { return part(QuotaType::fetch); }
  const Part& request() const { return part(QuotaType::request); }
  // Kept where the controller runs, and asked there.
  const std::optional<QuotaLimits::Limit>& mutations() const { return mutations_; }

  // What the connection's requests cost; used while request() is there.
  CpuAccount& account() { return account_; }

 private:
  friend class ClientQuotaManager;

  bool is_of(std::uint64_t version, std::string_view user, std::string_view client_id) const {
    return version_ == version && user_ == user && client_id_ == client_id;
  }
  const Part& part(QuotaType type) const { return parts_[static_cast<std::size_t>(type)]; }

  std::uint64_t version_ = 0;  // Of the quotas; none has 0.
  std::string user_;
  std::string client_id_;
  std::array<Part, kQuotaTypes> parts_;
  std::optional<QuotaLimits::Limit> mutations_;
  CpuAccount account_;
};

// Whoever pays for what is done for a connection now; null: nobody counts it.
inline CpuAccount* payer_of(const std::shared_ptr<ClientThrottle>& throttle) {
  return throttle != nullptr && throttle->request() ? &throttle->account() : nullptr;
}

}  // namespace muir::server
