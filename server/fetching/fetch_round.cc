#include "server/fetching/fetch_round.h"

#include <algorithm>
#include <deque>
#include <memory>

namespace muir::server {
namespace {

using Items = std::vector<FetchItem*>;

// The items that satisfy `wanted`, by the index of their home shard.
template <class Predicate>
std::vector<Items> by_home(const HostedReplicas& replicas, std::vector<FetchItem>& items, Predicate wanted) {
  std::vector<Items> homes(replicas.shards().size());
  for (FetchItem& item : items)
    if (wanted(item)) homes[replicas.shard_index(item.key)].push_back(&item);
  return homes;
}

// One shard's part of a round.  On that shard; the fetch's own shard leaves `items` alone until it has ended.
Task<void> read_at_home(const FetchPlan& plan, ShardReplicas& home, const Items& items, bool first_round) {
  std::uint64_t bytes_left = plan.bytes_max;
  bool at_least_one_batch = true;
  for (FetchItem* item : items) {
    item->is_stale = false;
    item->answer = FetchedPartition{item->wanted.target, {}, {}};
    const auto partition = home.get(item->key);
    if (!partition) {
      item->answer.error = partition.error();
      continue;
    }
    const auto partition_bytes_max = static_cast<std::uint64_t>(std::max(0, item->wanted.partition_max_bytes));
    const PartitionFetch fetch{item->wanted.fetch_offset,
                               std::min(bytes_left, partition_bytes_max),
                               at_least_one_batch,
                               item->wanted.current_leader_epoch,
                               item->wanted.last_fetched_epoch,
                               item->wanted.log_start_offset,
                               first_round};
    auto read = co_await (*partition)->read(fetch, plan.reader);
    if (!read) {
      item->answer.error = read.error();
      continue;
    }
    item->answer.read = std::move(*read);
    const std::uint64_t bytes = item->answer.read.records.size_bytes;
    if (bytes > 0) at_least_one_batch = false;
    bytes_left -= std::min(bytes, bytes_left);
  }
}

Task<void> read_there(const FetchPlan& plan, std::size_t home, const Items& items, bool first_round) {
  co_await call(*plan.replicas->shards()[home],
                [&] { return read_at_home(plan, plan.replicas->on(home), items, first_round); });
}

// Each shard kept to the limits alone; together they may have gone beyond.  What is left out comes with a later fetch.
void keep_within(std::uint64_t bytes_max, std::vector<FetchItem>& items) {
  std::uint64_t bytes_left = bytes_max;
  bool is_first = true;
  for (FetchItem& item : items) {
    storage::FileSlice& records = item.answer.read.records;
    if (records.size_bytes == 0) continue;
    if (!is_first && records.size_bytes > bytes_left) {
      records = {};
      item.is_stale = true;  // Read again if the fetch goes on.
      continue;
    }
    is_first = false;
    bytes_left -= std::min(records.size_bytes, bytes_left);
  }
}

struct ItemWatch final : PartitionWatch {
  void partition_moved() override {
    item->is_stale = true;
    wait->moved();
  }
  FetchItem* item = nullptr;
  FetchWait* wait = nullptr;
};

// Watches `items`, all at home on this shard, for as long as the result lives.
std::deque<ItemWatch> watch_all(ShardReplicas& home, const Items& items, FetchWait& wait) {
  std::deque<ItemWatch> watches;
  for (FetchItem* item : items) {
    const auto partition = home.get(item->key);
    ItemWatch& watch = watches.emplace_back();
    watch.item = item;
    watch.wait = &wait;
    if (!partition || (*partition)->moves() != item->answer.read.moves)
      watch.partition_moved();
    else
      (*partition)->watch(watch);
  }
  return watches;
}

// Another shard's part of the waiting: everything here but its place happens on that shard.
struct RemoteWatch {
  Shard* shard = nullptr;
  ShardReplicas* home = nullptr;
  Items items;
  FetchWait* wait = nullptr;  // While watch_at_home() runs.
  bool is_over = false;       // It may not begin to wait any more.
};

Task<void> watch_at_home(RemoteWatch& remote, Instant deadline) {
  FetchWait wait(*remote.shard);
  remote.wait = &wait;
  const auto watches = watch_all(*remote.home, remote.items, wait);
  if (!remote.is_over) co_await wait.wait_until(deadline);
  remote.wait = nullptr;
}

Task<void> end_at_home(RemoteWatch& remote) {
  remote.is_over = true;
  if (remote.wait != nullptr) remote.wait->cancel();
  co_return;
}

Task<void> watch_there(RemoteWatch& remote, FetchWait& wait, Instant deadline) {
  co_await call(*remote.shard, [&] { return watch_at_home(remote, deadline); });
  wait.moved();  // Or its time is over, as this one's.
}

Task<void> end_there(RemoteWatch& remote) {
  co_await call(*remote.shard, [&] { return end_at_home(remote); });
}

}  // namespace

Task<void> read_stale(const FetchPlan& plan, std::vector<FetchItem>& items, bool first_round) {
  const auto homes = by_home(*plan.replicas, items, [](const FetchItem& item) { return item.is_stale; });
  const auto is_used = [](const Items& home) { return !home.empty(); };
  if (std::ranges::count_if(homes, is_used) == 1) {  // By far the most frequent: nothing to wait for together.
    const auto home = static_cast<std::size_t>(std::ranges::find_if(homes, is_used) - homes.begin());
    co_await read_there(plan, home, homes[home], first_round);
    co_return keep_within(plan.bytes_max, items);
  }
  TaskGroup reads;
  for (std::size_t home = 0; home < homes.size(); ++home)
    if (is_used(homes[home])) reads.spawn("read for a fetch", read_there(plan, home, homes[home], first_round));
  co_await reads.close();
  keep_within(plan.bytes_max, items);
}

Task<bool> await_moves(const FetchPlan& plan, std::vector<FetchItem>& items, FetchWait& wait, Instant deadline) {
  const auto homes = by_home(*plan.replicas, items, [](const FetchItem&) { return true; });
  std::deque<RemoteWatch> remotes;
  std::deque<ItemWatch> watches;
  TaskGroup tasks;
  for (std::size_t home = 0; home < homes.size(); ++home) {
    if (homes[home].empty()) continue;
    Shard* const shard = plan.replicas->shards()[home];
    if (shard == Shard::current()) {
      watches = watch_all(plan.replicas->on(home), homes[home], wait);
    } else {
      RemoteWatch& remote = remotes.emplace_back();
      remote.shard = shard;
      remote.home = &plan.replicas->on(home);
      remote.items = homes[home];
      tasks.spawn("watch for a fetch", watch_there(remote, wait, deadline));
    }
  }
  const bool moved = co_await wait.wait_until(deadline);
  watches.clear();
  for (RemoteWatch& remote : remotes) tasks.spawn("end a watch", end_there(remote));
  co_await tasks.close();
  wait.reset();  // The ends of our own watches were no moves; those that we missed, Partition::moves() tells.
  co_return moved;
}

}  // namespace muir::server
