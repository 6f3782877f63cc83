#pragma once

#include <memory>

#include "server/runtime/pool.h"
#include "server/runtime/timer_wheel.h"
#include "server/tls/current_tls.h"
#include "wire/base/clock.h"
#include "wire/base/task.h"

namespace muir::server {

// Replaces what the TLS listeners serve with when settings change, and when the files that they name do: certificates
// are renewed by programs that know no AlterConfigs.  Connections that there are keep what they began with.  What
// cannot be used is not, with one line that says why, and the listener goes on as it was.  Owner: the broker, on its
// first shard; files are read and keys derived on the pool.
class TlsReload {
 public:
  using ConfigPtr = std::shared_ptr<const BrokerConfig>;

  TlsReload(CurrentTls& tls, Pool& pool, const Clock& clock, ConfigPtr config)
      : tls_(tls), pool_(pool), clock_(clock), config_(std::move(config)) {}

  // Takes over changed settings.
  Task<void> reload(ConfigPtr config);

  // Looks at the files once an interval, until stop().
  Task<void> watch(std::chrono::milliseconds interval);
  void stop();

 private:
  Task<void> look();
  void refuse(const std::string& why);

  CurrentTls& tls_;
  Pool& pool_;
  const Clock& clock_;
  ConfigPtr config_;
  std::string refused_;  // What was said last of what could not be used: not again each time that we look.
  Sleep* sleeping_ = nullptr;
  bool is_stopping_ = false;
};

}  // namespace muir::server
