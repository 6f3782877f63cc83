#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

// Transactions and idempotent producers.  Columns: name, type, default, rule, importance, scope, fate, note, sample,
// internal.
constexpr ConfigKey kTransactionKeys[] = {
    {"add.partitions.to.txn.retry.backoff.max.ms", INT, "100", at_least(0), HIGH, read_only, waiting},
    {"add.partitions.to.txn.retry.backoff.ms", INT, "20", at_least(1), HIGH, read_only, waiting},
    {"producer.id.expiration.check.interval.ms", INT, "600000", at_least(1), LOW, read_only, honoured, "", "", true},
    {"producer.id.expiration.ms", INT, "86400000", at_least(1), LOW, cluster_wide, honoured},
    {"transaction.abort.timed.out.transaction.cleanup.interval.ms", INT, "10000", at_least(1), LOW, read_only, waiting},
    {"transaction.max.timeout.ms", INT, "900000", at_least(1), HIGH, read_only, waiting},
    {"transaction.partition.verification.enable", BOOLEAN, "true", any_value(), LOW, cluster_wide, waiting},
    {"transaction.remove.expired.transaction.cleanup.interval.ms", INT, "3600000", at_least(1), LOW, read_only,
     waiting},
    {"transaction.state.log.load.buffer.size", INT, "5242880", at_least(1), HIGH, read_only, waiting},
    {"transaction.state.log.min.isr", INT, "2", at_least(1), HIGH, read_only, waiting},
    {"transaction.state.log.num.partitions", INT, "50", at_least(1), HIGH, read_only, waiting},
    {"transaction.state.log.replication.factor", SHORT, "3", at_least(1), HIGH, read_only, waiting},
    {"transaction.state.log.segment.bytes", INT, "104857600", at_least(1), HIGH, read_only, waiting},
    {"transaction.two.phase.commit.enable", BOOLEAN, "false", any_value(), LOW, read_only, waiting},
    {"transactional.id.expiration.ms", INT, "604800000", at_least(1), HIGH, read_only, waiting},
};

}  // namespace

std::span<const ConfigKey> transaction_keys() { return kTransactionKeys; }

}  // namespace muir::server::detail
