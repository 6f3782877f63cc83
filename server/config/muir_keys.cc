#include "server/config/key_table.h"

namespace muir::server {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

// Columns: name, type, default, rule, importance, scope, fate, note, sample, internal.
constexpr ConfigKey kMuirKeys[] = {
    {"max.decompressed.message.bytes", LONG, kNull, at_least(1024), MEDIUM, read_only, honoured,
     "What the records of one compressed batch may unfold to.  None: an eighth of the memory that the process may "
     "have, "
     "at most 256 MiB.  Branches of Kafka newer than 4.3 have a key of this name for one record."},
    {"muir.authentication.timeout.ms", INT, "10000", at_least(0), MEDIUM, read_only, honoured,
     "How long a connection may take until it has said who it is, TLS handshake and SASL together; 0: no bound."},
    {"muir.decoded.request.max.bytes", LONG, kNull, at_least(65536), MEDIUM, read_only, honoured,
     "How much memory the arrays of one request may take; it counts as part of the request.  None: a sixteenth of the "
     "memory that the process may have."},
    {"muir.held.response.max.bytes", LONG, kNull, at_least(1), MEDIUM, read_only, honoured,
     "How much memory answers may take that their clients do not read; past it the oldest of these connections are "
     "closed.  None: an eighth of the memory that the process may have."},
    {"muir.queued.principal.request.max.bytes", LONG, kNull, at_least(1), MEDIUM, read_only, honoured,
     "How much of queued.max.request.bytes the requests of one principal may take, and those of all clients that have "
     "not logged in yet.  None: a quarter of it."},
    {"muir.request.progress.timeout.ms", INT, "30000", at_least(0), MEDIUM, read_only, honoured,
     "A client that has begun to send a request has to go on with 16 KiB of it, or the rest, in each such span; "
     "0: no bound."},
    {"muir.response.progress.timeout.ms", INT, "360000", at_least(0), MEDIUM, read_only, honoured,
     "The same of a client that has begun to take an answer.  Longer than the default max.poll.interval.ms, in which a "
     "consumer need not read; 0: no bound."},
    {"muir.shards", INT, kNull, between(1, 1024), MEDIUM, read_only, honoured,
     "Threads that serve connections and partitions.  None: one less than the processors, at least one."},
    {"muir.ssl.files.check.interval.ms", LONG, "30000", at_least(0), MEDIUM, read_only, honoured,
     "How often the files of ssl.keystore.location and ssl.truststore.location are looked at, and read again if they "
     "have changed; 0: only when settings are altered, as Kafka does."},
    {"muir.unauthenticated.request.max.bytes", INT, "524288", at_least(1), MEDIUM, read_only, honoured,
     "The largest request that a connection may send before it has said who it is."},
};

constexpr ConfigKey kPluginKeys[] = {
    {"allow.everyone.if.no.acl.found", BOOLEAN, "false", any_value(), MEDIUM, read_only, honoured,
     "Of StandardAuthorizer."},
    {"password.encoder.secret", PASSWORD, kNull, any_value(), MEDIUM, read_only, protects,
     "passwords are not encrypted in the metadata; remove the key", "secret"},
    {"remote.storage.enable", BOOLEAN, "false", any_value(), MEDIUM, read_only, protects,
     "there is no tiered storage, log segments stay on local disks; remove the key", "true"},
    {"super.users", STRING, kNull, any_value(), MEDIUM, read_only, honoured,
     "Of StandardAuthorizer.  Principals, parted by semicolons."},
};

}  // namespace

std::span<const ConfigKey> muir_keys() { return kMuirKeys; }
std::span<const ConfigKey> plugin_keys() { return kPluginKeys; }

}  // namespace muir::server
