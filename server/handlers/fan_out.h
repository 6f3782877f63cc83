#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "server/replica/hosted_replicas.h"
#include "wire/base/task.h"
#include "wire/base/task_group.h"

namespace muir::server {

namespace detail {

template <class Item, class F>
Task<void> visit_at_home(ShardReplicas& home, std::vector<Item*>& items, F& visit) {
  for (Item* item : items) co_await visit(home.get(item->key), *item);
}

template <class Item, class F>
Task<void> visit_remotely(HostedReplicas& replicas, std::size_t shard, std::vector<Item*>& items, F& visit) {
  co_await call(*replicas.shards()[shard], [&] { return visit_at_home(replicas.on(shard), items, visit); });
}

}  // namespace detail

// Calls `visit(Result<std::shared_ptr<Partition>>, Item&)`, which returns a Task<void>, for every item at the home of
// the partition that `item.key` names: one hop to each other shard, all shards at once, items of one shard in order.
// `items` and what `visit` refers to stay where they are until it has ended.
template <class Item, class F>
Task<void> fan_out(HostedReplicas& replicas, std::vector<Item*> items, F visit) {
  if (items.empty()) co_return;
  const std::size_t first = replicas.shard_index(items.front()->key);
  const bool is_one_shard = std::all_of(items.begin(), items.end(),
                                        [&](const Item* item) { return replicas.shard_index(item->key) == first; });
  if (is_one_shard && replicas.shards()[first] == Shard::current())
    co_return co_await detail::visit_at_home(replicas.on(first), items, visit);
  if (is_one_shard) co_return co_await detail::visit_remotely(replicas, first, items, visit);

  std::vector<std::vector<Item*>> by_shard(replicas.shards().size());
  for (Item* item : items) by_shard[replicas.shard_index(item->key)].push_back(item);
  TaskGroup shards;
  for (std::size_t shard = 0; shard < by_shard.size(); ++shard) {
    if (by_shard[shard].empty()) continue;
    shards.spawn("partitions of another shard", detail::visit_remotely(replicas, shard, by_shard[shard], visit));
  }
  co_await shards.close();
}

}  // namespace muir::server
