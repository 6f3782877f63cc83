#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

#include "auth/sasl/made_up_credential.h"
#include "server/metadata/bucket_map.h"

namespace muir::server {

// How many users have which iterations and which salts, by mechanism: what a made-up credential is chosen among.
// A value that shares its parts with its copies.
class ScramShapes {
 public:
  void add(std::int8_t mechanism, const auth::ScramShape& shape) { ++users_[{mechanism, shape}]; }
  void remove(std::int8_t mechanism, const auth::ScramShape& shape) {
    const Key key{mechanism, shape};
    if (--users_[key] == 0) users_.erase(key);
  }

  // For the unknown user with this chance; where nobody has a password by the mechanism, as Kafka's tools make it.
  auth::ScramShape choose(std::int8_t mechanism, std::uint64_t chance) const {
    auth::ScramShape chosen;
    double most = 0;
    for (auto at = users_.lower_bound(Key{mechanism, {0, 0}}); at != users_.end() && at->first.mechanism == mechanism;
         ++at) {
      const double wanted = auth::wants(at->first.shape, at->second, chance);
      if (wanted > most) most = wanted, chosen = at->first.shape;
    }
    return chosen;
  }

  bool operator==(const ScramShapes&) const = default;

 private:
  struct Key {
    std::int8_t mechanism = 0;
    auth::ScramShape shape;
    auto operator<=>(const Key&) const = default;
  };

  BucketMap<Key, std::size_t> users_;
};

}  // namespace muir::server
