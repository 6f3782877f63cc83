#include "server/fetching/fetcher.h"

#include <algorithm>

#include "server/fetching/fetch_round.h"

namespace muir::server {
namespace {

// Enough, or nothing that waiting would better.
bool is_satisfied(const std::vector<FetchItem>& items, std::int64_t min_bytes) {
  std::int64_t bytes = 0;
  for (const FetchItem& item : items) {
    const PartitionRead& read = item.answer.read;
    if (item.answer.error || read.diverging_epoch || read.preferred_read_replica != kNoNode) return true;
    bytes += static_cast<std::int64_t>(read.records.size_bytes);
  }
  return items.empty() || bytes >= min_bytes;
}

// A partition that was refused before it was read.
FetchedPartition refused(FetchTarget target, const Error& error) {
  FetchedPartition partition{std::move(target), error, {}};
  partition.read.aborted_transactions.emplace();  // Empty, where a failed read has none at all.
  return partition;
}

}  // namespace

Fetcher::Fetcher(HostedReplicas& replicas, std::size_t session_slots, std::uint64_t seed) : replicas_(replicas) {
  const auto shards = static_cast<std::uint32_t>(replicas.shards().size());
  const std::size_t slots = session_slots == 0 ? 0 : std::max<std::size_t>(1, session_slots / shards);
  for (std::uint32_t shard = 0; shard < shards; ++shard)
    sessions_.push_back(std::make_unique<FetchSessionCache>(slots, shard, shards, seed + shard));
}

Task<FetchOutcome> Fetcher::fetch(FetchQuery query, FetchAdmission admission, TopicNameOf topic_name_of,
                                  std::shared_ptr<FetchCancellation> cancellation) {
  const auto& shards = replicas_.shards();
  const std::size_t index =
      query.session.session_id != kNoFetchSession
          ? FetchSessionCache::shard_of(query.session.session_id, static_cast<std::uint32_t>(shards.size()))
          : static_cast<std::size_t>(std::ranges::find(shards, Shard::current()) - shards.begin());
  CHECK(index < shards.size());

  const auto wait = std::make_shared<FetchWait>(*shards[index]);
  if (cancellation && cancellation->is_cancelled()) co_return FetchOutcome{ReplicaErrc::fetch_cancelled, {}, {}};
  if (cancellation) cancellation->shard_ = shards[index], cancellation->wait_ = wait;
  auto outcome = co_await call(*shards[index], [&] { return run(query, admission, topic_name_of, index, wait); });
  if (cancellation) cancellation->wait_ = nullptr;
  co_return outcome;
}

Task<FetchOutcome> Fetcher::run(FetchQuery& query, FetchAdmission& admission, TopicNameOf& topic_name_of,
                                std::size_t shard, std::shared_ptr<FetchWait> wait) {
  const Clock& clock = Shard::current()->clock();
  const Instant deadline = clock.now() + query.max_wait;
  FetchSessionCache& sessions = *sessions_[shard];
  auto context = FetchContext::begin(sessions, std::move(query.session), topic_name_of, clock.now());
  if (!context) {
    wait->close();
    co_return FetchOutcome{context.error(), kNoFetchSession, {}};
  }

  std::vector<FetchItem> items;
  std::vector<FetchedPartition> refusals;
  for (const FetchPartition& wanted : context->partitions()) {
    const auto topic_id = admission(wanted.target);
    if (topic_id)
      items.push_back({wanted, {*topic_id, wanted.target.partition}, {}, true});
    else
      refusals.push_back(refused(wanted.target, topic_id.error()));
  }

  const FetchPlan plan{&replicas_, query.reader,
                       static_cast<std::uint64_t>(std::max<std::int64_t>(0, query.max_bytes))};
  co_await read_stale(plan, items, true);
  bool in_time = query.max_wait > std::chrono::milliseconds{0};
  while (in_time && !is_satisfied(items, query.min_bytes) && !wait->is_cancelled()) {
    in_time = co_await await_moves(plan, items, *wait, deadline);
    CpuAccount::enter(query.payer);
    co_await read_stale(plan, items, false);
  }
  wait->close();
  if (wait->is_cancelled()) co_return FetchOutcome{ReplicaErrc::fetch_cancelled, kNoFetchSession, {}};

  FetchOutcome outcome;
  for (FetchItem& item : items) outcome.partitions.push_back(std::move(item.answer));
  for (FetchedPartition& refusal : refusals) outcome.partitions.push_back(std::move(refusal));
  bool is_told = true;
  if (query.gate) is_told = co_await query.gate(context->told(outcome.partitions));
  if (!is_told) outcome.partitions.clear();
  const auto end = is_told ? context->end(sessions, outcome.partitions, clock.now()) : context->end_untold();
  outcome.error = end.error;
  outcome.session_id = end.session_id;
  co_return outcome;
}

}  // namespace muir::server
