#pragma once

#include <string>
#include <vector>

#include "storage/disk/disk.h"

namespace muir::storage {

// Files that were renamed to ".deleted" and go when file.delete.delay.ms is over, so that readers on other threads and
// other processes finish with them.  What a crash leaves behind is removed when the log is opened.
class SegmentTrash {
 public:
  explicit SegmentTrash(Disk& disk) : disk_(&disk) {}

  void add(std::vector<std::string> paths, std::int64_t due_ms) { files_.push_back({std::move(paths), due_ms}); }
  std::size_t size() const { return files_.size(); }

  // Removes what is due; what cannot be removed stays for the next time.
  Task<Result<void>> remove_due(std::int64_t now_ms) {
    std::vector<Files> later;
    Result<void> outcome = ok();
    for (Files& files : std::exchange(files_, {})) {
      if (files.due_ms > now_ms || !outcome) {
        later.push_back(std::move(files));
        continue;
      }
      for (const std::string& path : files.paths) {
        const auto removed = co_await disk_->remove(path);
        if (!removed) outcome = removed;
      }
      if (!outcome) later.push_back(std::move(files));
    }
    files_.insert(files_.end(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
    co_return outcome;
  }

 private:
  struct Files {
    std::vector<std::string> paths;
    std::int64_t due_ms;
  };

  Disk* disk_;
  std::vector<Files> files_;
};

}  // namespace muir::storage
