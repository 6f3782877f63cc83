#include "server/coordinator/group/votes.h"

#include <algorithm>

#include "server/coordinator/group/java_string.h"

namespace muir::server {
namespace {

// Where a HashMap with this many entries keeps a key.
std::uint32_t bucket_of(std::string_view name, std::size_t entries) {
  std::uint32_t buckets = 16;
  while (entries * 4 > std::size_t{buckets} * 3) buckets *= 2;
  const auto hash = static_cast<std::uint32_t>(java_hash(name));
  return (hash ^ (hash >> 16)) & (buckets - 1);
}

}  // namespace

void Votes::add(std::string_view name) {
  auto found = std::ranges::find(candidates_, name, &Candidate::name);
  if (found == candidates_.end()) found = candidates_.insert(found, {std::string(name)});
  ++found->votes;
}

std::string Votes::winner() const {
  const auto better = [this](const Candidate& a, const Candidate& b) {
    if (a.votes != b.votes) return a.votes > b.votes;
    return bucket_of(a.name, candidates_.size()) < bucket_of(b.name, candidates_.size());
  };
  const auto best = std::ranges::min_element(candidates_, better);
  return best == candidates_.end() ? std::string() : best->name;
}

}  // namespace muir::server
