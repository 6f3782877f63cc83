#pragma once

#include <cstddef>
#include <memory>

#include <boost/intrusive/list.hpp>

#include "storage/disk/disk.h"

namespace muir::storage {

class FileHandle;
class OpenFiles;

// The open file of one FileHandle, which owns it.
struct OpenFile : boost::intrusive::list_base_hook<> {
  FilePtr file;
  FileHandle* handle = nullptr;
  OpenFiles* among = nullptr;  // Who counts it; nobody when it was opened on a thread without OpenFiles.
  bool was_used = true;        // Since it was last considered for being given back.
};

// The descriptors that the FileHandles of one thread, a shard, keep: about `limit`, however many handles there are.
// When another file is to be opened, one that was not used for long is given back.  What is pinned (by a slice, or a
// call under way) is never given back, so that the limit can be exceeded by as much as is in use at once.
//
// A file with writes that were not synced is synced first, and kept open if that fails: its handle answers with the
// error from then on.  A file that is opened anew need not learn of errors that the kernel had before (ADR 071).
//
// Owner: whoever runs the thread, and outlives it.  Handles that are left keep their files.
class OpenFiles {
 public:
  explicit OpenFiles(std::size_t limit) : limit_(limit) {}
  OpenFiles(const OpenFiles&) = delete;
  OpenFiles& operator=(const OpenFiles&) = delete;
  ~OpenFiles();

  // Null on a thread that has none: there a handle keeps its file until it is released.
  static OpenFiles* of_this_thread() { return of_this_thread_; }
  void use_on_this_thread() { of_this_thread_ = this; }
  void stop_using_on_this_thread() { of_this_thread_ = nullptr; }

  std::size_t size() const { return files_.size(); }
  std::size_t limit() const { return limit_; }

 private:
  friend class FileHandle;
  // A file that is synced to be given back.  Stands in the frame of make_room_by_sync().
  struct Leaving : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    explicit Leaving(OpenFile& leaving) : file(&leaving) {}
    OpenFile* file;  // Null when its handle has let go of it meanwhile.
  };

  void add(OpenFile& file);
  void remove(OpenFile& file);
  // Gives files back until there is room for another; false when that needs a sync: then await make_room_by_sync().
  bool make_room();
  Task<void> make_room_by_sync();
  // The process has no descriptor left for others: gives back what it can at once.
  void give_back_unused();
  OpenFile* find_victim(bool clean);

  const std::size_t limit_;
  boost::intrusive::list<OpenFile> files_;  // Those to be considered next come first.
  boost::intrusive::list<Leaving, boost::intrusive::constant_time_size<false>> leaving_;

  static thread_local OpenFiles* of_this_thread_;
};

}  // namespace muir::storage
