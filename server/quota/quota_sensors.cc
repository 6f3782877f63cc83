#include "server/quota/quota_sensors.h"

namespace muir::server {
namespace {

constexpr std::int64_t kLookIntervalMs = 60'000;

}  // namespace

std::shared_ptr<QuotaSensor> QuotaSensors::get(const QuotaEntity& entity, std::int64_t now_ms) {
  const auto found = sensors_.find(entity);
  if (found != sensors_.end()) return found->second;
  make_room(now_ms);
  const bool has_room = sensors_.size() < entities_max_;
  const QuotaEntity& whose = has_room ? entity : overflow_of(entity.type);
  auto& sensor = sensors_[whose];
  if (!sensor) sensor = std::make_shared<QuotaSensor>(whose, windows_, now_ms);
  return sensor;
}

// Looking at all of them costs: at most once a minute, or once a window where there is no room.
void QuotaSensors::make_room(std::int64_t now_ms) {
  const bool is_full = sensors_.size() >= entities_max_;
  if (now_ms < looked_ms_ + (is_full ? windows_.window_ms : kLookIntervalMs)) return;
  looked_ms_ = now_ms;
  forget_unused(is_full ? windows_.whole_ms() : kExpiryMs, now_ms);
}

void QuotaSensors::forget_unused(std::int64_t age_ms, std::int64_t now_ms) {
  std::erase_if(sensors_, [&](const auto& item) {
    return item.second.use_count() == 1 && now_ms - item.second->last_used_ms() >= age_ms;
  });
}

}  // namespace muir::server
