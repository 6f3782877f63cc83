#include "storage/log/leader_epochs.h"

#include <algorithm>

#include "storage/log/checkpoint_file.h"

namespace muir::storage {

Result<LeaderEpochs> LeaderEpochs::parse(std::string_view text) {
  const auto lines = parse_checkpoint(text);
  if (!lines) return lines.error();
  LeaderEpochs epochs;
  for (const std::string_view line : *lines) {
    const auto fields = split_fields(line);
    if (fields.size() != 2) return Errc::malformed_file;
    const auto epoch = parse_decimal<std::int32_t>(fields[0]);
    const auto start_offset = parse_decimal<std::int64_t>(fields[1]);
    if (!epoch || !start_offset || *epoch < 0 || *start_offset < 0) return Errc::malformed_file;
    epochs.assign(Epoch{*epoch}, Offset{*start_offset});
  }
  return epochs;
}

std::string LeaderEpochs::format() const {
  std::vector<std::string> lines;
  for (const EpochEntry& entry : entries_)
    lines.push_back(std::to_string(entry.epoch.value) + " " + std::to_string(entry.start_offset.value));
  return format_checkpoint(lines);
}

bool LeaderEpochs::assign(Epoch epoch, Offset start_offset) {
  if (epoch.value < 0 || start_offset.value < 0) return false;
  if (!entries_.empty() && entries_.back().epoch == epoch && start_offset >= entries_.back().start_offset) return false;
  while (!entries_.empty() && (entries_.back().epoch >= epoch || entries_.back().start_offset >= start_offset))
    entries_.pop_back();
  entries_.push_back({epoch, start_offset});
  return true;
}

bool LeaderEpochs::truncate_from_end(Offset end_offset) {
  const std::size_t before = entries_.size();
  while (!entries_.empty() && end_offset.value >= 0 && entries_.back().start_offset >= end_offset) entries_.pop_back();
  return entries_.size() != before;
}

bool LeaderEpochs::truncate_from_start(Offset start_offset) {
  const auto first_after = std::find_if(entries_.begin(), entries_.end(),
                                        [&](const EpochEntry& entry) { return entry.start_offset > start_offset; });
  if (first_after == entries_.begin()) return false;
  const auto reaching = std::prev(first_after);
  const bool changed = reaching != entries_.begin() || reaching->start_offset != start_offset;
  reaching->start_offset = start_offset;
  entries_.erase(entries_.begin(), reaching);
  return changed;
}

bool LeaderEpochs::clear() {
  const bool changed = !entries_.empty();
  entries_.clear();
  return changed;
}

std::optional<EpochEntry> LeaderEpochs::earliest() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.front();
}

std::optional<Epoch> LeaderEpochs::latest_epoch() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.back().epoch;
}

std::optional<Epoch> LeaderEpochs::previous_epoch() const {
  if (entries_.size() < 2) return std::nullopt;
  return entries_[entries_.size() - 2].epoch;
}

std::optional<Epoch> LeaderEpochs::epoch_for_offset(Offset offset) const {
  std::optional<Epoch> found;
  for (const EpochEntry& entry : entries_) {
    if (entry.start_offset > offset) break;
    found = entry.epoch;
  }
  return found;
}

EpochEndOffset LeaderEpochs::end_offset_for(Epoch requested, Offset log_end_offset) const {
  if (requested == kNoEpoch) return {};
  if (latest_epoch() == requested) return {requested, log_end_offset};
  const auto higher =
      std::find_if(entries_.begin(), entries_.end(), [&](const EpochEntry& entry) { return entry.epoch > requested; });
  if (higher == entries_.end()) return {};
  // An epoch older than all that are known ends where the oldest begins.
  const Epoch found = higher == entries_.begin() ? requested : std::prev(higher)->epoch;
  return {found, higher->start_offset};
}

}  // namespace muir::storage
