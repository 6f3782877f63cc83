#pragma once

#include <memory>
#include <optional>

#include "storage/disk/disk.h"
#include "storage/disk/open_files.h"

namespace muir::storage {

// A file by name, opened when it is first needed.  What holds thousands of these keeps descriptors only for those that
// are in use: the OpenFiles of its shard give back what was not used for long, and slices that still pin the file keep
// it until they are gone.
//
// A write error is never forgotten with the descriptor: a file is given back only when its writes are synced, and when
// that fails, get() answers with the error until another file is adopted.
// Owner: as of the Segment; after its first use on a shard, used on that shard only.
class FileHandle {
 public:
  FileHandle(Disk& disk, std::string path, OpenMode mode) : disk_(&disk), path_(std::move(path)), mode_(mode) {}
  FileHandle(FileHandle&& other) noexcept
      : disk_(other.disk_),
        path_(std::move(other.path_)),
        mode_(other.mode_),
        failure_(other.failure_),
        open_(std::move(other.open_)) {
    if (open_) open_->handle = this;
  }
  FileHandle& operator=(const FileHandle&) = delete;
  ~FileHandle() { release(); }

  Io<FilePtr> get() {
    if (!open_) return open_file();
    open_->was_used = true;
    return open_->file;
  }

  // What is open stays open, under the new name.
  Task<Result<void>> rename_to(std::string path);

  void adopt(FilePtr file);
  void release();  // Whatever was written.
  // The same, unless there are writes to be synced.
  void release_if_synced() {
    if (open_ && !open_->file->has_unsynced_writes()) release();
  }
  bool is_open() const { return open_ != nullptr; }
  bool is_pinned() const { return open_ && open_->file.use_count() > 1; }  // By a slice, or a call under way.
  const std::string& path() const { return path_; }

 private:
  friend class OpenFiles;

  Io<FilePtr> open_file();
  Task<Result<FilePtr>> open_later(Io<FilePtr> opened);
  Task<Result<FilePtr>> open_when_there_is_room(OpenFiles* files);
  void fail(Error error);

  Disk* disk_;
  std::string path_;
  OpenMode mode_;
  std::optional<Error> failure_;
  std::unique_ptr<OpenFile> open_;
};

}  // namespace muir::storage
