#include "server/quota/quota_type.h"

namespace muir::server {
namespace {

struct Names {
  std::string_view group;
  std::string_view metric;
  std::string_view key;
};

constexpr std::array<Names, kQuotaTypes> kNames{{
    {"Produce", "byte-rate", "producer_byte_rate"},
    {"Fetch", "byte-rate", "consumer_byte_rate"},
    {"Request", "request-time", "request_percentage"},
    {"ControllerMutation", "tokens", "controller_mutation_rate"},
}};

const Names& names(QuotaType type) { return kNames[static_cast<std::size_t>(type)]; }

}  // namespace

std::string_view name(QuotaType type) { return names(type).group; }
std::string_view metric_name(QuotaType type) { return names(type).metric; }

std::optional<QuotaType> quota_type_of(std::string_view key) {
  for (const QuotaType type : kAllQuotaTypes)
    if (names(type).key == key) return type;
  return std::nullopt;
}

}  // namespace muir::server
