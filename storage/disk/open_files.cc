#include "storage/disk/open_files.h"

#include <utility>

#include "storage/disk/file_handle.h"

namespace muir::storage {
namespace {

// How many are looked at for one that can go at once, before one is synced for it.
constexpr std::size_t kCandidates = 64;

}  // namespace

thread_local OpenFiles* OpenFiles::of_this_thread_ = nullptr;

OpenFiles::~OpenFiles() {
  if (of_this_thread_ == this) of_this_thread_ = nullptr;
  files_.clear_and_dispose([](OpenFile* file) { file->among = nullptr; });
}

void OpenFiles::add(OpenFile& file) {
  file.among = this;
  files_.push_back(file);
}

void OpenFiles::remove(OpenFile& file) {
  for (Leaving& leaving : leaving_)
    if (leaving.file == &file) leaving.file = nullptr;
  files_.erase(files_.iterator_to(file));
  file.among = nullptr;
}

// A clock: what was used since its last turn gets another, so that a use costs no more than a flag.
OpenFile* OpenFiles::find_victim(bool clean) {
  std::size_t unused = 0;
  for (std::size_t looked_at = 0, end = 2 * files_.size(); looked_at < end && unused < kCandidates; ++looked_at) {
    OpenFile& file = files_.front();
    files_.splice(files_.end(), files_, files_.begin());
    if (std::exchange(file.was_used, false) || file.file.use_count() > 1) continue;
    ++unused;
    if (!clean || !file.file->has_unsynced_writes()) return &file;
  }
  return nullptr;
}

bool OpenFiles::make_room() {
  while (files_.size() >= limit_) {
    OpenFile* const victim = find_victim(true);
    if (victim == nullptr) return false;
    victim->handle->release();
  }
  return true;
}

Task<void> OpenFiles::make_room_by_sync() {
  OpenFile* const victim = find_victim(false);
  if (victim == nullptr) co_return;  // All are in use.
  const FilePtr file = victim->file;
  Leaving leaving{*victim};
  leaving_.push_back(leaving);
  const auto synced = co_await file->sync_data();
  if (leaving.file == nullptr) co_return;
  if (!synced) {
    leaving.file->handle->fail(synced.error());
  } else if (file.use_count() == 2 && !file->has_unsynced_writes()) {  // Ours, and the handle's.
    leaving.file->handle->release();
  }
}

void OpenFiles::give_back_unused() {
  for (std::size_t left = files_.size() / 2 + 1; left > 0 && !files_.empty(); --left) {
    OpenFile* const victim = find_victim(true);
    if (victim == nullptr) return;
    victim->handle->release();
  }
}

}  // namespace muir::storage
