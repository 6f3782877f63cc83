#include "server/quota/quota_limits.h"

#include <initializer_list>

namespace muir::server {
namespace {

// What was set for one pair of names, each of which may be absent, a default, or given.
using Bounds = std::map<std::pair<QuotaName, QuotaName>, double>;

QuotaName given_or_absent(std::string_view name) { return name.empty() ? QuotaName{} : QuotaName::given(name); }

// Whose bucket it is comes first.
QuotaEntity entity_of(const Bounds& bounds, QuotaType type, const std::string& user, const std::string& client_id) {
  const auto named = QuotaName::given(user);
  const auto has = [&](QuotaName of_user, QuotaName of_client) {
    return bounds.contains({std::move(of_user), std::move(of_client)});
  };
  const auto client = QuotaName::given(client_id);
  if (has(named, client) || has(named, QuotaName::any())) return {type, user, client_id};
  if (has(named, {})) return {type, user, {}};
  if (has(QuotaName::any(), client) || has(QuotaName::any(), QuotaName::any())) return {type, user, client_id};
  if (has(QuotaName::any(), {})) return {type, user, {}};
  return {type, {}, client_id};
}

// And then how large it is.  A client without an id has no client id that a default could be for.
std::optional<double> bound_of(const Bounds& bounds, const QuotaEntity& entity) {
  const auto user = given_or_absent(entity.user);
  const auto client = given_or_absent(entity.client_id);
  const auto any_user = entity.user.empty() ? QuotaName{} : QuotaName::any();
  const auto any_client = entity.client_id.empty() ? QuotaName{} : QuotaName::any();
  const std::pair<QuotaName, QuotaName> by_precedence[] = {
      {user, client}, {user, any_client}, {any_user, client}, {any_user, any_client}};
  for (const auto& names : by_precedence) {
    const auto found = bounds.find(names);
    if (found != bounds.end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace

void QuotaLimits::set(QuotaType type, QuotaName user, QuotaName client_id, double bound) {
  bounds_[static_cast<std::size_t>(type)][{std::move(user), std::move(client_id)}] = bound;
}

std::optional<QuotaLimits::Limit> QuotaLimits::resolve(QuotaType type, std::string_view user,
                                                       std::string_view client_id) const {
  if (!has_any(type)) return std::nullopt;
  QuotaEntity entity = entity_of(of(type), type, std::string(user), std::string(client_id));
  const auto bound = bound_of(of(type), entity);
  if (!bound) return std::nullopt;
  return Limit{std::move(entity), *bound};
}

}  // namespace muir::server
