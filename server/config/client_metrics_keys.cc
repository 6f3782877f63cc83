#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

// A subscription to the metrics of clients (KIP-714).  Columns: name, type, default, rule, importance, scope, fate,
// note, sample, internal.
constexpr ConfigKey kClientMetricsKeys[] = {
    {"interval.ms", INT, "300000", any_value(), MEDIUM, cluster_wide, waiting},
    {"match", LIST, "", distinct_list(), MEDIUM, cluster_wide, waiting},
    {"metrics", LIST, "", distinct_list(), MEDIUM, cluster_wide, waiting},
};

}  // namespace

std::span<const ConfigKey> client_metrics_keys() { return kClientMetricsKeys; }

}  // namespace muir::server::detail
