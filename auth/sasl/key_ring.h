#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

#include "auth/sasl/json_web_keys.h"
#include "wire/base/clock.h"

namespace muir::auth {

// The keys of an issuer as far as we have them, and when to fetch them again.  Read from every shard; one fetches at a
// time, whoever begin_fetch() lets.
class KeyRing {
 public:
  struct Intervals {
    std::chrono::milliseconds refresh{};    // Keys that old are fetched again.
    std::chrono::milliseconds retry_min{};  // After a failure, or for a key that nobody has: not more often than this.
  };

  explicit KeyRing(Intervals intervals) : intervals_(intervals) {}

  // Null until the first fetch.
  std::shared_ptr<const JsonWebKeys> keys() const { return keys_.load(); }

  // Whether the caller shall fetch now, for a token with this key id, and then call end_fetch().
  bool begin_fetch(std::string_view key_id, Instant now) {
    const auto have = keys();
    const bool is_fresh = have != nullptr && now - fetched_at_.load() < intervals_.refresh;
    if (is_fresh && (key_id.empty() || have->has(key_id))) return false;
    if (now - tried_at_.load() < intervals_.retry_min || is_fetching_.exchange(true)) return false;
    tried_at_.store(now);
    return true;
  }

  bool is_fetching() const { return is_fetching_.load(); }

  // What came, or null: then the old ones stay.
  void end_fetch(std::shared_ptr<const JsonWebKeys> keys, Instant now) {
    if (keys != nullptr) {
      keys_.store(std::move(keys));
      fetched_at_.store(now);
    }
    is_fetching_.store(false);
  }

 private:
  const Intervals intervals_;
  std::atomic<std::shared_ptr<const JsonWebKeys>> keys_;
  std::atomic<Instant> fetched_at_{Instant()};
  std::atomic<Instant> tried_at_{Instant() - std::chrono::hours(24)};
  std::atomic<bool> is_fetching_{false};
};

}  // namespace muir::auth
