#pragma once

#include "storage/disk/disk.h"

namespace muir::storage {

// A file by name, opened when it is first needed.  What holds thousands of these keeps descriptors only for those that
// are in use: release() gives the descriptor back, and slices that still pin the file keep it until they are gone.
class FileHandle {
 public:
  FileHandle(Disk& disk, std::string path, OpenMode mode) : disk_(&disk), path_(std::move(path)), mode_(mode) {}

  Io<FilePtr> get() {
    if (file_) return file_;
    auto opened = disk_->open(path_, mode_);
    if (!opened.await_ready()) return keep(std::move(opened));
    auto file = opened.await_resume();
    if (!file) return file.error();
    return file_ = std::move(*file);
  }

  // What is open stays open, under the new name.
  Task<Result<void>> rename_to(std::string path) {
    const auto renamed = co_await disk_->rename(path_, path);
    if (!renamed) co_return renamed.error();
    path_ = std::move(path);
    co_return ok();
  }

  void adopt(FilePtr file) { file_ = std::move(file); }
  void release() { file_.reset(); }
  bool is_open() const { return file_ != nullptr; }
  bool is_pinned() const { return file_.use_count() > 1; }  // By a slice, or a call under way.
  const std::string& path() const { return path_; }

 private:
  Task<Result<FilePtr>> keep(Io<FilePtr> opened) {
    auto file = co_await opened;
    if (!file) co_return file.error();
    file_ = std::move(*file);
    co_return file_;
  }

  Disk* disk_;
  std::string path_;
  OpenMode mode_;
  FilePtr file_;
};

}  // namespace muir::storage
