#include "server/replica/cleaner_checkpoints.h"

#include <algorithm>

namespace muir::server {

void CleanerCheckpoints::load(const std::string& dir, const storage::OffsetCheckpoint& found) {
  for (const auto& [name, offset] : found) by_dir_[dir].insert_or_assign(name, Entry{offset, std::nullopt});
}

std::optional<Offset> CleanerCheckpoints::find(const std::string& dir, const storage::PartitionName& name,
                                               const Uuid& topic_id) {
  auto& entries = by_dir_[dir];
  const auto found = entries.find(name);
  if (found == entries.end()) return std::nullopt;
  Entry& entry = found->second;
  if (!entry.topic_id) entry.topic_id = topic_id;
  if (*entry.topic_id == topic_id) return entry.offset;
  entries.erase(found);
  return std::nullopt;
}

void CleanerCheckpoints::set(const std::string& dir, const storage::PartitionName& name, const Uuid& topic_id,
                             Offset offset) {
  by_dir_[dir].insert_or_assign(name, Entry{offset, topic_id});
}

void CleanerCheckpoints::truncate(const std::string& dir, const storage::PartitionName& name, Offset offset) {
  auto& entries = by_dir_[dir];
  const auto found = entries.find(name);
  if (found != entries.end()) found->second.offset = std::min(found->second.offset, offset);
}

OffsetsByDir CleanerCheckpoints::to_write(const std::map<std::string, std::set<storage::PartitionName>>& hosted) {
  OffsetsByDir all;
  for (auto& [dir, entries] : by_dir_) {
    const auto here = hosted.find(dir);
    std::erase_if(entries,
                  [&](const auto& entry) { return here == hosted.end() || !here->second.contains(entry.first); });
    for (const auto& [name, entry] : entries) all[dir].emplace(name, entry.offset);
  }
  return all;
}

}  // namespace muir::server
