#include "storage/raft/voter_history.h"

#include <iterator>

namespace muir::storage {
namespace {

template <class Map>
void forget(Map& history, Offset start) {
  auto first_kept = history.upper_bound(start);
  if (first_kept == history.begin()) return;
  history.erase(history.begin(), std::prev(first_kept));
}

}  // namespace

void VoterHistory::truncate_to(Offset end) {
  voters_.erase(voters_.lower_bound(end), voters_.end());
  versions_.erase(versions_.lower_bound(end), versions_.end());
}

void VoterHistory::forget_before(Offset start) {
  forget(voters_, start);
  forget(versions_, start);
}

void VoterHistory::clear() {
  voters_.clear();
  versions_.clear();
}

const VoterSet& VoterHistory::voters() const { return voters_.empty() ? static_voters_ : voters_.rbegin()->second; }

std::optional<Offset> VoterHistory::voters_offset() const {
  if (voters_.empty()) return std::nullopt;
  return voters_.rbegin()->first;
}

std::int16_t VoterHistory::kraft_version() const { return versions_.empty() ? 0 : versions_.rbegin()->second; }

std::optional<VoterSet> VoterHistory::voters_before(Offset end) const {
  const auto after = voters_.lower_bound(end);
  if (after == voters_.begin()) return std::nullopt;
  return std::prev(after)->second;
}

std::int16_t VoterHistory::kraft_version_before(Offset end) const {
  const auto after = versions_.lower_bound(end);
  return after == versions_.begin() ? 0 : std::prev(after)->second;
}

}  // namespace muir::storage
