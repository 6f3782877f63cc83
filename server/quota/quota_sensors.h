#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <unordered_map>

#include "server/quota/quota_sensor.h"

namespace muir::server {

// The sensors that live on one shard.  A sensor goes when its entity has not been heard of for an hour, as Kafka's do,
// and nobody holds it.  There are never more than `entities_max`: before that, those go whose windows are empty, which
// loses nothing; entities that come when all are in use share one sensor of their type.
// Pure.  Owner: its shard.
class QuotaSensors {
 public:
  static constexpr std::int64_t kExpiryMs = 3'600'000;
  static constexpr std::size_t kEntitiesMax = 50'000;

  explicit QuotaSensors(QuotaWindows windows, std::size_t entities_max = kEntitiesMax)
      : windows_(windows), entities_max_(entities_max) {}

  // The entity of all that found no room; no client can be called so, since there is no user without a name.
  static QuotaEntity overflow_of(QuotaType type) { return {type, {}, {}}; }

  // Never null.
  std::shared_ptr<QuotaSensor> get(const QuotaEntity& entity, std::int64_t now_ms);

  std::size_t size() const { return sensors_.size(); }

  template <class Visit>  // (QuotaSensor&)
  void for_each(const Visit& visit) {
    for (const auto& [entity, sensor] : sensors_) visit(*sensor);
  }

 private:
  void make_room(std::int64_t now_ms);
  void forget_unused(std::int64_t age_ms, std::int64_t now_ms);

  const QuotaWindows windows_;
  const std::size_t entities_max_;
  std::unordered_map<QuotaEntity, std::shared_ptr<QuotaSensor>> sensors_;
  std::int64_t looked_ms_ = std::numeric_limits<std::int64_t>::min() / 2;
};

}  // namespace muir::server
