#include "storage/raft/leader_state.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "wire/base/check.h"

namespace muir::storage {
namespace {

bool matches(const ReplicaProgress& progress, const ReplicaKey& replica) {
  return progress.key.id == replica.id &&
         (progress.key.directory_id.is_zero() || progress.key.directory_id == replica.directory_id);
}

}  // namespace

LeaderState::LeaderState(ReplicaKey local, Epoch epoch, Offset epoch_start, const VoterSet& voters,
                         std::vector<NodeId> granting_voters, std::chrono::milliseconds fetch_timeout, Instant now)
    : local_(local),
      epoch_(epoch),
      epoch_start_(epoch_start),
      granting_voters_(std::move(granting_voters)),
      fetch_timeout_(fetch_timeout),
      quorum_timeout_(fetch_timeout * 3 / 2),
      quorum_deadline_(now + quorum_timeout_) {
  for (const auto& [id, voter] : voters.by_id()) voters_[id].key = voter.key;
}

bool LeaderState::local_synced(Offset end) {
  ReplicaProgress& local = find_or_add(local_);
  CHECK(!local.end_offset || *local.end_offset <= end);
  local.end_offset = end;
  return update_high_watermark();
}

bool LeaderState::fetched(const ReplicaKey& replica, Offset offset, Offset leader_end, Instant now) {
  CHECK(replica.id != local_.id);
  forget_silent_observers(now);
  if (find_voter(replica) == nullptr && !observers_.contains(replica) && observers_.size() >= kObserversMax)
    return false;

  ReplicaProgress& progress = find_or_add(replica);
  // With this fetch it has all that we had at its last one: then it was caught up since then.
  if (offset >= leader_end)
    progress.last_caught_up = now;
  else if (progress.leader_end_at_last_fetch && offset >= *progress.leader_end_at_last_fetch)
    progress.last_caught_up = std::max(progress.last_caught_up, progress.last_fetch);
  progress.leader_end_at_last_fetch = leader_end;
  progress.last_fetch = now;
  progress.end_offset = offset;

  if (find_voter(replica) == nullptr) return false;
  heard_from(replica, now);
  return update_high_watermark();
}

bool LeaderState::set_voters(const VoterSet& voters) {
  std::map<NodeId, ReplicaProgress> old = std::exchange(voters_, {});
  for (const auto& [id, voter] : voters.by_id()) {
    ReplicaProgress progress{.key = voter.key};
    if (const auto was_voter = old.find(id); was_voter != old.end() && matches(was_voter->second, voter.key)) {
      progress = was_voter->second;
      old.erase(was_voter);
    } else if (const auto was_observer = observers_.extract(voter.key)) {
      progress = was_observer.mapped();
    }
    progress.key = voter.key;
    voters_.emplace(id, std::move(progress));
  }
  for (auto& [id, progress] : old) observers_.try_emplace(progress.key, std::move(progress));
  return update_high_watermark();
}

std::optional<Instant> LeaderState::quorum_deadline() const {
  if (voters_.size() <= 1) return std::nullopt;
  return quorum_deadline_;
}

std::vector<ReplicaKey> LeaderState::silent_voters(Instant now) const {
  std::vector<ReplicaKey> silent;
  for (const auto& [id, voter] : voters_) {
    if (id == local_.id) continue;
    if (!voter.last_fetch || *voter.last_fetch + fetch_timeout_ / 2 <= now) silent.push_back(voter.key);
  }
  return silent;
}

std::vector<ReplicaKey> LeaderState::successors() const {
  std::vector<const ReplicaProgress*> others;
  for (const auto& [id, voter] : voters_)
    if (!matches(voter, local_)) others.push_back(&voter);
  std::ranges::stable_sort(others, [](const auto* a, const auto* b) { return a->end_offset > b->end_offset; });

  std::vector<ReplicaKey> keys;
  for (const auto* voter : others) keys.push_back(voter->key);
  return keys;
}

std::vector<ReplicaProgress> LeaderState::voters() const {
  std::vector<ReplicaProgress> all;
  for (const auto& [id, voter] : voters_) all.push_back(voter);
  return all;
}

std::vector<ReplicaProgress> LeaderState::observers(Instant now) {
  forget_silent_observers(now);
  std::vector<ReplicaProgress> all;
  for (const auto& [key, observer] : observers_) all.push_back(observer);
  return all;
}

ReplicaProgress* LeaderState::find_voter(const ReplicaKey& replica) {
  const auto voter = voters_.find(replica.id);
  return voter != voters_.end() && matches(voter->second, replica) ? &voter->second : nullptr;
}

ReplicaProgress& LeaderState::find_or_add(const ReplicaKey& replica) {
  if (ReplicaProgress* voter = find_voter(replica)) return *voter;
  return observers_.try_emplace(replica, ReplicaProgress{.key = replica}).first->second;
}

// What a majority of the voters holds is committed, once it includes a record of our own epoch: only then can no later
// leader be elected without it (KIP-595; Raft, section 5.4.2).
bool LeaderState::update_high_watermark() {
  std::vector<Offset> ends;
  for (const auto& [id, voter] : voters_) ends.push_back(voter.end_offset.value_or(kNoOffset));
  std::ranges::sort(ends, std::greater{});
  if (ends.empty()) return false;

  const Offset held_by_majority = ends[ends.size() / 2];
  if (held_by_majority <= epoch_start_) return false;
  // A change of the voters may lower what a majority holds, never what is committed.
  if (high_watermark_ && held_by_majority <= *high_watermark_) return false;
  high_watermark_ = held_by_majority;
  return true;
}

void LeaderState::heard_from(const ReplicaKey& replica, Instant now) {
  heard_.insert(replica.id);
  // We count ourselves, if we are a voter.
  const std::size_t needed = voters_.size() / 2 + 1 - (find_voter(local_) != nullptr ? 1 : 0);
  if (heard_.size() < needed) return;
  heard_.clear();
  quorum_deadline_ = now + quorum_timeout_;
}

void LeaderState::forget_silent_observers(Instant now) {
  std::erase_if(observers_, [&](const auto& entry) {
    const ReplicaProgress& observer = entry.second;
    return observer.key != local_ && (!observer.last_fetch || *observer.last_fetch + kObserverSessionTimeout <= now);
  });
}

}  // namespace muir::storage
