#include "server/controller/alter_client_quotas.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "server/controller/record_batch.h"
#include "server/metadata/client_quotas_image.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::AlterClientQuotasRequest;

constexpr std::string_view kUser = "user";
constexpr std::string_view kClientId = "client-id";
constexpr std::string_view kIp = "ip";

// What a quota is counted in; an integral one must be a whole number that its type can hold.
enum class QuotaType : std::uint8_t { real, int32, int64 };

struct QuotaKey {
  std::string_view name;
  QuotaType type;
};

constexpr QuotaKey kUserQuotas[] = {{"producer_byte_rate", QuotaType::int64},
                                    {"consumer_byte_rate", QuotaType::int64},
                                    {"request_percentage", QuotaType::real},
                                    {"controller_mutation_rate", QuotaType::real}};
constexpr QuotaKey kIpQuotas[] = {{"connection_creation_rate", QuotaType::int32}};

ApiError invalid(std::string message) { return {ErrorCode::INVALID_REQUEST, std::move(message)}; }

// As Kafka prints it: {client-id=a, user=b}, the default of a type being null.
std::string to_text(const ClientQuotaEntity& entity) {
  std::string text;
  for (const auto& [type, name] : entity)
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", type, name.value_or("null"));
  return fmt::format("ClientQuotaEntity(entries={{{}}})", text);
}

ApiError problem_with_entity(const DecideContext& context, const ClientQuotaEntity& entity) {
  if (entity.empty()) return invalid("Invalid empty client quota entity");
  for (const auto& [type, name] : entity) {
    if (type != kUser && type != kClientId && type != kIp)
      return invalid("Unhandled client quota entity type: " + type);
    if (name && name->empty()) return invalid(fmt::format("Empty {} not supported", type));
  }
  const auto ip = entity.find(std::string(kIp));
  if (ip == entity.end()) return {};
  if (entity.size() > 1)
    return invalid("Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId");
  const auto* unknown = context.request.unknown_hosts;
  if (ip->second && unknown != nullptr && unknown->contains(*ip->second))
    return invalid(*ip->second + " is not a valid IP or resolvable host.");
  return {};
}

ApiError problem_with_range(std::string_view key, QuotaType type, double value) {
  if (type == QuotaType::real) return {};
  if (type == QuotaType::int32 && value > std::numeric_limits<std::int32_t>::max())
    return invalid(fmt::format("Proposed value for {} is too large for an INT.", key));
  if (type == QuotaType::int64 && value > static_cast<double>(std::numeric_limits<std::int64_t>::max()))
    return invalid(fmt::format("Proposed value for {} is too large for a LONG.", key));
  constexpr double kFractionMax = 1e-6;
  if (std::abs(std::fmod(value, 1.0)) > kFractionMax)
    return invalid(fmt::format("{} cannot be a fractional value.", key));
  return {};
}

ApiError problem_with_quota(const ClientQuotaEntity& entity, std::string_view key, double value) {
  const std::span<const QuotaKey> keys =
      entity.contains(std::string(kIp)) ? std::span<const QuotaKey>(kIpQuotas) : std::span<const QuotaKey>(kUserQuotas);
  for (const QuotaKey& known : keys) {
    if (known.name != key) continue;
    if (value <= 0.0) return invalid(fmt::format("Quota {} must be greater than 0", key));
    return problem_with_range(key, known.type, value);
  }
  return invalid(fmt::format("Invalid configuration key {}", key));
}

// What one entry of the request comes to: an error, or records.
class Alteration {
 public:
  Alteration(const DecideContext& context, const Request::EntryData& entry) : context_(context) {
    for (const auto& part : entry.entity) {
      auto& name = entity_[std::string(part.entity_type)];
      name = part.entity_name ? std::optional(std::string(*part.entity_name)) : std::nullopt;
    }
    for (const auto& op : entry.ops) {
      const auto value = op.remove ? std::nullopt : std::optional(op.value);
      names_key_twice_ |= !quotas_.emplace(std::string(op.key), value).second;
    }
  }

  const ClientQuotaEntity& entity() const { return entity_; }
  bool names_key_twice() const { return names_key_twice_; }

  ApiError problem() const {
    auto problem = problem_with_entity(context_, entity_);
    for (const auto& [key, value] : quotas_) {
      if (problem.failed()) break;
      if (value) problem = problem_with_quota(entity_, key, *value);
    }
    return problem;
  }

  // Of what differs from what is stored.
  void write(RecordBatch& records) const {
    const auto* stored = context_.image().client_quotas.all().find(entity_);
    for (const auto& [key, value] : quotas_) {
      const double* before = nullptr;
      if (stored != nullptr) {
        const auto at = (*stored)->find(key);
        if (at != (*stored)->end()) before = &at->second;
      }
      const bool is_as_wished =
          value ? before != nullptr && (*before == *value || std::isnan(*before)) : before == nullptr;
      if (!is_as_wished) records.add(record(key, value));
    }
  }

 private:
  wire::ClientQuotaRecord record(std::string_view key, std::optional<double> value) const {
    wire::ClientQuotaRecord record;
    for (const auto& [type, name] : entity_) {
      auto& part = record.entity.emplace_back();
      part.entity_type = type;
      part.entity_name = name ? std::optional<std::string_view>(*name) : std::nullopt;
    }
    record.key = key;
    record.value = value.value_or(0);
    record.remove = !value;
    return record;
  }

  const DecideContext& context_;
  ClientQuotaEntity entity_;
  std::map<std::string, std::optional<double>, std::less<>> quotas_;
  bool names_key_twice_ = false;
};

}  // namespace

Decision<wire::AlterClientQuotasResponse> decide_alter_client_quotas(const DecideContext& context,
                                                                     const Request& request) {
  Decision<wire::AlterClientQuotasResponse> decision;
  std::vector<std::pair<ClientQuotaEntity, ApiError>> results;  // One an entity, in the order of the request.
  RecordBatch records;
  for (const auto& entry : request.entries) {
    const Alteration alteration(context, entry);
    const auto at = std::ranges::find(results, alteration.entity(), [](const auto& result) { return result.first; });
    // A key that is named twice is told in the words for an entity that is, as Kafka does.
    if (at != results.end() || alteration.names_key_twice()) {
      auto& result = at != results.end() ? *at : results.emplace_back(alteration.entity(), ApiError());
      result.second = invalid("Ignoring duplicate entity " + to_text(alteration.entity()));
      continue;
    }
    auto problem = alteration.problem();
    if (!problem.failed()) alteration.write(records);
    results.emplace_back(alteration.entity(), std::move(problem));
  }
  for (const auto& [entity, error] : results) {
    const ApiError& told = records.problem().failed() ? records.problem() : error;
    auto& result = decision.response.entries.emplace_back();
    result.error_code = told.code;
    result.error_message = decision.texts.keep(told.message);
    for (const auto& [type, name] : entity) {
      auto& part = result.entity.emplace_back();
      part.entity_type = decision.texts.keep(std::string(type));
      part.entity_name = decision.texts.keep(name);
    }
  }
  if (!request.validate_only && !records.problem().failed()) decision.records = records.take();
  return decision;
}

}  // namespace muir::server
