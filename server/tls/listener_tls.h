#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/tls/tls_context.h"
#include "server/config/broker_config.h"
#include "server/tls/file_stamp.h"
#include "wire/base/clock.h"

namespace muir::server {

// The ssl.* settings of a listener.  On SASL_SSL a client shows a certificate only if the listener's own
// ssl.client.auth says so: there SASL says who it is (KIP-684).
auth::TlsSettings tls_settings(const BrokerConfig& config, const Endpoint& listener);

// What the TLS listeners of a process serve with: by listener name, a context each.  A value: changed settings make
// another one.  Making one reads files and derives keys, so it blocks: at start, or on the pool.
class ListenerTls {
 public:
  using Context = std::shared_ptr<const auth::TlsContext>;

  // A sentence that names the listener if one cannot be served.
  static ConfigResult<ListenerTls> load(const BrokerConfig& config, const Clock& clock);

  // As load(), but a listener whose settings and files are what they were keeps its context, and with it the sessions
  // of its clients.
  static ConfigResult<ListenerTls> reload(const BrokerConfig& config, const ListenerTls& before, const Clock& clock);

  // Null for a listener without TLS.
  Context of(std::string_view listener) const;

  // Whether this may take the place of `before` while the listeners run; Kafka's words if not.
  ConfigResult<> check_successor_of(const ListenerTls& before) const;

  // The listeners that have another context than in `before`.
  std::vector<std::string> replaced_since(const ListenerTls& before) const;

  bool is_empty() const { return served_.empty(); }

 private:
  struct Served {
    Context context;
    std::vector<FileStamp> files;
  };
  std::map<std::string, Served, std::less<>> served_;
};

}  // namespace muir::server
