#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "wire/base/ids.h"

namespace muir::server {

// Brokers in an order that matters: the first replica is the preferred leader.
using Replicas = std::vector<NodeId>;

inline bool contains(const Replicas& replicas, NodeId id) {
  return std::find(replicas.begin(), replicas.end(), id) != replicas.end();
}

inline bool contains_all(const Replicas& replicas, const Replicas& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](NodeId id) { return contains(replicas, id); });
}

// `replicas` in its order, less every member of `removed`.
inline Replicas without(Replicas replicas, const Replicas& removed) {
  std::erase_if(replicas, [&](NodeId id) { return contains(removed, id); });
  return replicas;
}

inline Replicas replicas_of(const std::vector<std::int32_t>& ids) {
  Replicas replicas;
  replicas.reserve(ids.size());
  for (const auto id : ids) replicas.emplace_back(id);
  return replicas;
}

inline std::vector<std::int32_t> ids_of(const Replicas& replicas) {
  std::vector<std::int32_t> ids;
  ids.reserve(replicas.size());
  for (const auto id : replicas) ids.push_back(id.value);
  return ids;
}

}  // namespace muir::server
