#include "server/tls/tls_reload.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/runtime/log.h"
#include "server/runtime/shard.h"

namespace muir::server {

Task<void> TlsReload::reload(ConfigPtr config) {
  config_ = std::move(config);
  refused_.clear();
  co_await look();
}

Task<void> TlsReload::look() {
  const ConfigPtr config = config_;
  const auto before = tls_.get();
  if (before->is_empty()) co_return;
  auto next = co_await pool_.run([&] { return ListenerTls::reload(*config, *before, clock_); });
  if (config != config_) co_return;  // Other settings came meanwhile, and were looked at behind us.
  const auto fits = next ? next->check_successor_of(*before) : ConfigResult<>(next.error());
  if (!fits) {
    refuse(fits.error().message);
    co_return;
  }
  refused_.clear();
  const auto replaced = next->replaced_since(*before);
  if (replaced.empty()) co_return;
  tls_.set(std::move(*next));
  log_info("TLS was replaced", field("listeners", fmt::format("{}", fmt::join(replaced, ","))));
}

void TlsReload::refuse(const std::string& why) {
  if (why == refused_) return;
  refused_ = why;
  log_error("TLS of the listeners was not replaced", field("why", why));
}

Task<void> TlsReload::watch(std::chrono::milliseconds interval) {
  while (!is_stopping_) {
    Sleep sleep(Shard::current()->timers(), clock_.now() + interval);
    sleeping_ = &sleep;
    co_await sleep;
    sleeping_ = nullptr;
    if (is_stopping_) co_return;
    co_await look();
  }
}

void TlsReload::stop() {
  is_stopping_ = true;
  if (sleeping_ != nullptr) sleeping_->wake();
}

}  // namespace muir::server
