#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "server/tls/listener_tls.h"

namespace muir::server {

// What the TLS listeners serve with now.  Connections take their context when they begin and keep it.
// Used from every shard: the mutex is held for the copy of a pointer, once a connection, never on the data path.
class CurrentTls {
 public:
  std::shared_ptr<const ListenerTls> get() const {
    const std::lock_guard lock(mutex_);
    return tls_;
  }
  void set(ListenerTls tls) {
    auto next = std::make_shared<const ListenerTls>(std::move(tls));
    const std::lock_guard lock(mutex_);
    tls_.swap(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const ListenerTls> tls_ = std::make_shared<const ListenerTls>();
};

}  // namespace muir::server
