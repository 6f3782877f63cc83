#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "wire/base/clock.h"

namespace muir::server {

// The deadlines of all groups of one coordinator.  A timer is known by what it is for: setting it again moves it.
class GroupTimers {
 public:
  enum class Kind { heartbeat, join, sync };
  struct Key {
    Kind kind;
    std::string group;
    std::string member;  // heartbeat only.

    auto operator<=>(const Key&) const = default;
  };

  void set(Key key, Instant at) {
    cancel(key);
    by_time_.emplace(at, key);
    deadlines_.emplace(std::move(key), at);
  }

  void cancel(const Key& key) {
    const auto found = deadlines_.find(key);
    if (found == deadlines_.end()) return;
    by_time_.erase({found->second, key});
    deadlines_.erase(found);
  }

  std::optional<Instant> next() const {
    if (by_time_.empty()) return std::nullopt;
    return by_time_.begin()->first;
  }

  // Takes the earliest timer that is due.
  std::optional<Key> take_due(Instant now) {
    if (by_time_.empty() || by_time_.begin()->first > now) return std::nullopt;
    Key key = by_time_.begin()->second;
    cancel(key);
    return key;
  }

  bool is_set(const Key& key) const { return deadlines_.contains(key); }
  std::size_t size() const { return deadlines_.size(); }

 private:
  std::map<Key, Instant> deadlines_;
  std::set<std::pair<Instant, Key>> by_time_;
};

}  // namespace muir::server
