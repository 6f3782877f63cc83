#include "server/audit/audit_log.h"

#include <string>

#include <fmt/format.h>

#include "server/runtime/log.h"
#include "wire/schema/registry.h"

namespace muir::server {
namespace {

constexpr std::size_t kNameBytesMax = 256;

// The names of a request are a stranger's: no line of the log is to be his.
std::string printable(std::string_view name) {
  std::string text;
  for (const char c : name.substr(0, kNameBytesMax)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7f)
      text += fmt::format("\\x{:02x}", byte);
    else
      text += c;
  }
  if (name.size() > kNameBytesMax) text += "...";
  return text;
}

// "TransactionalId", as Kafka's audit log has it.
std::string type_name(auth::ResourceType type) {
  std::string text;
  bool begins_word = true;
  for (const char c : auth::name(type)) {
    if (c != '_') text += begins_word ? c : static_cast<char>(c - 'A' + 'a');
    begins_word = c == '_';
  }
  return text;
}

std::string line(const AuditLog::Question& question, const auth::Decision& decision) {
  const auto& [who, operation, resource, api] = question;
  return fmt::format(
      "Principal = {} is {} operation = {} from host = {} on resource = {}:LITERAL:{} for request = {} based on rule "
      "{}",
      printable(who.principal.to_string()), decision.is_allowed ? "Allowed" : "Denied", auth::name(operation), who.host,
      type_name(resource.type), printable(resource.name), wire::name(api),
      printable(to_string(decision, who.principal, resource.type)));
}

}  // namespace

bool AuditLog::may_write() {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
  std::int64_t before = second_.load(std::memory_order_relaxed);
  if (before != now && second_.compare_exchange_strong(before, now, std::memory_order_relaxed)) {
    const std::uint32_t written = in_second_.exchange(0, std::memory_order_relaxed);
    if (written > kLinesPerSecondMax)
      log_warn("Denials that were not written", field("count", written - kLinesPerSecondMax));
  }
  return in_second_.fetch_add(1, std::memory_order_relaxed) < kLinesPerSecondMax;
}

void AuditLog::decided(const Question& question, const auth::Decision& decision, AuditPurpose purpose) {
  if (purpose == AuditPurpose::access && !decision) {
    if (may_write()) log_info(line(question, decision));
    return;
  }
  // A filter decides about what nobody asked for by name: for whoever debugs the authorizer itself.
  const LogLevel level = purpose == AuditPurpose::access ? LogLevel::kDebug : LogLevel::kTrace;
  if (level_.is_enabled(level)) log_line(level, LogEvent(line(question, decision)), {});
}

}  // namespace muir::server
