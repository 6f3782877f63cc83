#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/disk/io.h"
#include "wire/base/bytes.h"

namespace muir::storage {

// An open file.  Whoever holds a FilePtr pins it: renaming or removing the path, or dropping the Log's own handle, does
// not take it away.  Calls from several threads at once are allowed as long as the ranges do not overlap.  Buffers and
// parts stay alive until the call has answered.  Every failure is the operating system's errno as an Error.
class File {
 public:
  virtual ~File() = default;

  // Reads into.size() bytes from `position`; fewer only when the file ends before.
  virtual Io<std::size_t> read(std::uint64_t position, MutableByteView into) = 0;

  // Writes `parts` one behind the other from `position` on, all of them.  After a failure any of the bytes may be
  // there.
  virtual Io<> write(std::uint64_t position, std::span<const ByteView> parts) = 0;

  // The bytes, and the size that reaches them, are on stable storage (fdatasync).  After a failure the file cannot be
  // trusted any more: the kernel may have dropped what it could not write, and a second call would succeed.  So it is
  // never ENOSPC, which elsewhere means that nothing has happened: EIO instead (sync_failure()).
  virtual Io<> sync_data() = 0;

  // Whether something was written or cut off here that no sync_data() since has covered, or one has failed: then only
  // this open file may know of an error that the kernel met while writing back (ADR 071).
  virtual bool has_unsynced_writes() const = 0;

  virtual Io<> truncate(std::uint64_t size_bytes) = 0;

  // Reserves blocks up to `size_bytes` without changing the size of the file.
  virtual Io<> preallocate(std::uint64_t size_bytes) = 0;

  virtual Io<std::uint64_t> size() = 0;

  // Bytes [position, position + size_bytes) are in memory when it has answered, so that sending them does not wait for
  // a disk; those beyond the end of the file count as being there.  A hint: they may be dropped again, or not be looked
  // at.
  virtual Io<> make_resident(std::uint64_t /*position*/, std::uint64_t /*size_bytes*/) { return ok(); }

  // The file counts as last written then (Unix time): a copy that is to keep the age of what it was made of.
  virtual Io<> set_modified(std::int64_t modified_ms) = 0;

  // Are these bytes in memory?  Then they are what was read or written there last, however the disk has fared since.
  // False where that cannot be told.
  virtual Io<bool> is_resident(std::uint64_t position, std::uint64_t size_bytes) = 0;

  // For sendfile; -1 where there is none (a disk of a test).
  virtual int native_handle() const = 0;
};

using FilePtr = std::shared_ptr<File>;

// Bytes [position, position + size_bytes) of a file, which the slice keeps open.
struct FileSlice {
  FilePtr file;
  std::uint64_t position = 0;
  std::uint64_t size_bytes = 0;
};

struct FileStatus {
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ms = 0;  // Unix time.
  bool is_directory = false;
};

enum class OpenMode {
  read,        // Fails with ENOENT when there is none.
  read_write,  // The same.
  create,      // Read and write; an empty file when there is none.
  replace,     // Read and write, empty whatever was there.
};

// Held while a process uses a log directory; freed with the object and, by the kernel, with the process.
class DiskLock {
 public:
  virtual ~DiskLock() = default;
};

// The one seam through which storage touches files.  Every call is awaitable (io.h); names are plain paths.  A name
// that was created, renamed or removed is durable once sync_directory() of its directory has succeeded, not before.
class Disk {
 public:
  virtual ~Disk() = default;

  virtual Io<FilePtr> open(const std::string& path, OpenMode mode) = 0;
  virtual Io<std::optional<FileStatus>> status(const std::string& path) = 0;    // Nothing when there is no such name.
  virtual Io<std::vector<std::string>> list(const std::string& directory) = 0;  // Names without the path, sorted.

  virtual Io<> rename(const std::string& from, const std::string& to) = 0;  // Atomic; replaces a file `to`.
  virtual Io<> remove(const std::string& path) = 0;                         // A file; success when there is none.
  virtual Io<> create_directory(const std::string& path) = 0;  // With its parents; success when it is there.
  virtual Io<> remove_directory(const std::string& path) = 0;  // Must be empty; success when there is none.
  virtual Io<> sync_directory(const std::string& path) = 0;    // Fails as File::sync_data() does.

  // Does `work`, which may take long and touches nothing but what its caller lends it, and answers when it is done:
  // where it holds up nobody, if this disk has threads for that.
  virtual Io<> aside(std::function<void()> work) {
    work();
    return ok();
  }

  // Creates `path` and locks it against other processes, Apache Kafka's among them, which lock the same way.
  // Fails with EWOULDBLOCK while somebody else holds it.
  virtual Io<std::unique_ptr<DiskLock>> lock(const std::string& path) = 0;
};

// What a sync fails with when the system says `error`.
Error sync_failure(Error error);

// A file system, or a quota, that is full.
bool is_out_of_space(const Error& error);

// The part of `path` before its last slash; "." when it has none.
std::string parent_directory(const std::string& path);

}  // namespace muir::storage
