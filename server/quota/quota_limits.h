#pragma once

#include <array>
#include <compare>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/quota/quota_entity.h"

namespace muir::server {

// Whom a quota was set for, as AlterClientQuotas names it.
struct QuotaName {
  enum class Kind : std::uint8_t { absent, any, given };  // any: the default of those that have none of their own.
  Kind kind = Kind::absent;
  std::string name;

  static QuotaName any() { return {Kind::any, {}}; }
  static QuotaName given(std::string_view name) { return {Kind::given, std::string(name)}; }
  auto operator<=>(const QuotaName&) const = default;
};

// All quotas for users and client ids of a cluster at one moment, and which of them counts for a client.
// A value: made once from the metadata image, then shared by all shards and never changed.
class QuotaLimits {
 public:
  void set(QuotaType type, QuotaName user, QuotaName client_id, double bound);

  bool has_any(QuotaType type) const { return !of(type).empty(); }

  // The quota of this client, and with whom he shares it; none if he may have as much as he likes.  The most specific
  // one wins, and a user before a client id:
  //   user and client id, user and any client id, user, any user and client id, any user and any client id, any user,
  //   client id, any client id.
  struct Limit {
    QuotaEntity entity;
    double bound = 0;
  };
  std::optional<Limit> resolve(QuotaType type, std::string_view user, std::string_view client_id) const;

 private:
  using Bounds = std::map<std::pair<QuotaName, QuotaName>, double>;

  const Bounds& of(QuotaType type) const { return bounds_[static_cast<std::size_t>(type)]; }

  std::array<Bounds, kQuotaTypes> bounds_;
};

}  // namespace muir::server
