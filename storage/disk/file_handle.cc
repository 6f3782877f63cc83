#include "storage/disk/file_handle.h"

#include <cerrno>

namespace muir::storage {
namespace {

bool is_shortage_of_descriptors(const Error& error) {
  return error.category() == boost::system::system_category() && (error.value() == EMFILE || error.value() == ENFILE);
}

}  // namespace

Task<Result<void>> FileHandle::rename_to(std::string path) {
  const auto renamed = co_await disk_->rename(path_, path);
  if (!renamed) co_return renamed.error();
  path_ = std::move(path);
  co_return ok();
}

void FileHandle::adopt(FilePtr file) {
  release();
  failure_.reset();
  open_ = std::make_unique<OpenFile>();
  open_->file = std::move(file);
  open_->handle = this;
  if (OpenFiles* const files = OpenFiles::of_this_thread()) files->add(*open_);
}

void FileHandle::release() {
  if (open_ && open_->among != nullptr) open_->among->remove(*open_);
  open_.reset();
}

void FileHandle::fail(Error error) {
  failure_ = error;
  release();
}

Io<FilePtr> FileHandle::open_file() {
  if (failure_) return *failure_;
  OpenFiles* const files = OpenFiles::of_this_thread();
  if (files != nullptr && !files->make_room()) return open_when_there_is_room(files);
  auto opened = disk_->open(path_, mode_);
  if (!opened.await_ready()) return open_later(std::move(opened));
  auto file = opened.await_resume();
  if (!file && files != nullptr && is_shortage_of_descriptors(file.error())) {
    files->give_back_unused();
    return open_later(disk_->open(path_, mode_));
  }
  if (!file) return file.error();
  adopt(std::move(*file));
  return open_->file;
}

Task<Result<FilePtr>> FileHandle::open_later(Io<FilePtr> opened) {
  auto file = co_await opened;
  if (failure_) co_return *failure_;
  if (open_) co_return open_->file;  // Somebody else was sooner.
  if (!file) co_return file.error();
  adopt(std::move(*file));
  co_return open_->file;
}

Task<Result<FilePtr>> FileHandle::open_when_there_is_room(OpenFiles* files) {
  co_await files->make_room_by_sync();
  auto file = co_await open_later(disk_->open(path_, mode_));
  co_return file;
}

}  // namespace muir::storage
