#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "auth/acl/authorizer.h"
#include "server/audit/audit_purpose.h"
#include "server/runtime/logger_level.h"
#include "wire/base/clock.h"
#include "wire/schema/api_key.h"

namespace muir::server {

// The record of who was let do what, in the words of Kafka's authorizer log: a denial at INFO, what was allowed at
// DEBUG, what was only asked to filter a list at TRACE; the logger is `server.audit`.  At most kLinesPerSecondMax
// denials a second are written, since an attacker chooses how many there are; a line tells how many more there were.
// Used from every thread, without a lock.
class AuditLog {
 public:
  static constexpr std::uint32_t kLinesPerSecondMax = 100;

  struct Question {
    auth::Subject who;
    auth::Operation operation;
    auth::Resource resource;
    wire::ApiKey api;
  };
  explicit AuditLog(const Clock& clock) : clock_(clock) {}

  // Whether a line is written of what is allowed.
  bool wants_allowed() const { return level_.is_enabled(LogLevel::kDebug); }

  void decided(const Question& question, const auth::Decision& decision, AuditPurpose purpose);

 private:
  bool may_write();

  const Clock& clock_;
  LoggerLevel level_{"server.audit"};
  std::atomic<std::int64_t> second_{-1};
  std::atomic<std::uint32_t> in_second_{0};
};

}  // namespace muir::server
