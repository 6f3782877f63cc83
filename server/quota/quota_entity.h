#pragma once

#include <functional>
#include <string>

#include "server/quota/quota_type.h"

namespace muir::server {

// Who shares one quota: a user, a client id, or the two together; the part that does not matter is empty.  What Kafka's
// metrics carry as the tags `user` and `client-id`.
struct QuotaEntity {
  QuotaType type = QuotaType::produce;
  std::string user;
  std::string client_id;

  bool operator==(const QuotaEntity&) const = default;
};

}  // namespace muir::server

template <>
struct std::hash<muir::server::QuotaEntity> {
  std::size_t operator()(const muir::server::QuotaEntity& entity) const noexcept {
    const std::hash<std::string> of;
    return (of(entity.user) * 31 + of(entity.client_id)) * 31 + static_cast<std::size_t>(entity.type);
  }
};
