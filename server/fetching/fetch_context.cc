#include "server/fetching/fetch_context.h"

#include <unordered_map>

#include "server/replica/errc.h"

namespace muir::server {
namespace {

// A partition named twice counts once: where it came first, as it came last.
std::vector<FetchPartition> without_duplicates(std::vector<FetchPartition> wanted) {
  std::unordered_map<FetchTarget, std::size_t> places;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(wanted[i].target, kept);
    if (place->second != i) wanted[place->second] = std::move(wanted[i]);
    if (is_new) ++kept;
  }
  wanted.resize(kept);
  return wanted;
}

}  // namespace

Result<FetchContext> FetchContext::begin(FetchSessionCache& cache, FetchSessionRequest request,
                                         const TopicNameOf& topic_name_of, Instant now) {
  FetchContext context;
  context.uses_topic_ids_ = request.uses_topic_ids;
  context.from_follower_ = request.from_follower;
  request.partitions = without_duplicates(std::move(request.partitions));

  const std::int32_t epoch = request.session_epoch;
  if (epoch == kInitialFetchEpoch || epoch == kFinalFetchEpoch) {
    cache.remove(request.session_id);
    context.kind_ = epoch == kInitialFetchEpoch ? Kind::full : Kind::sessionless;
    context.partitions_ = std::move(request.partitions);
    return context;
  }

  const auto session = cache.find(request.session_id);
  if (!session) return ReplicaErrc::fetch_session_id_not_found;
  if (session->epoch() != epoch) return ReplicaErrc::invalid_fetch_session_epoch;
  if (session->uses_topic_ids() != request.uses_topic_ids) return ReplicaErrc::fetch_session_topic_id_error;

  session->update(request.partitions, request.forgotten);
  if (session->size() == 0) {  // Nothing left to remember.
    cache.remove(session->id());
    context.partitions_ = std::move(request.partitions);
    return context;
  }
  cache.touch(*session, now);
  session->advance_epoch();
  context.kind_ = Kind::incremental;
  context.session_ = session;
  context.epoch_after_ = session->epoch();
  for (auto& cached : session->partitions()) {
    StoredTopic& topic = cached.wanted.target.topic;
    if (topic.name.empty() && session->uses_topic_ids()) topic = topic_name_of(cached.wanted.target.topic_id);
    context.partitions_.push_back(cached.wanted);
  }
  return context;
}

std::vector<const FetchedPartition*> FetchContext::told(const std::vector<FetchedPartition>& answers) const {
  std::vector<const FetchedPartition*> told;
  const bool is_incremental = kind_ == Kind::incremental;
  if (is_incremental && session_->epoch() != epoch_after_) return told;
  for (const FetchedPartition& answer : answers)
    if (!is_incremental || session_->would_tell(answer.target, answer.mark())) told.push_back(&answer);
  return told;
}

FetchContext::End FetchContext::end_untold() const {
  if (kind_ != Kind::incremental) return {};
  if (session_->epoch() != epoch_after_) return {ReplicaErrc::invalid_fetch_session_epoch, session_->id()};
  return {{}, session_->id()};
}

FetchContext::End FetchContext::end(FetchSessionCache& cache, std::vector<FetchedPartition>& answers, Instant now) {
  if (kind_ == Kind::sessionless) return {};

  if (kind_ == Kind::incremental) {
    if (session_->epoch() != epoch_after_) {
      answers.clear();
      return {ReplicaErrc::invalid_fetch_session_epoch, session_->id()};
    }
    std::erase_if(answers, [&](const auto& answer) { return !session_->tell(answer.target, answer.mark()); });
    return {{}, session_->id()};
  }

  const auto session = cache.create(from_follower_, uses_topic_ids_, answers.size(), now);
  if (!session) return {};
  std::unordered_map<FetchTarget, const FetchPartition*> wanted;
  for (const FetchPartition& partition : partitions_) wanted.emplace(partition.target, &partition);
  for (const FetchedPartition& answer : answers)
    if (const auto found = wanted.find(answer.target); found != wanted.end())
      session->open(*found->second, answer.mark());
  cache.touch(*session, now);
  return {{}, session->id()};
}

}  // namespace muir::server
