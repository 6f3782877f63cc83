#include "storage/disk/posix_disk.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "storage/disk/page_cache.h"
#include "storage/disk/unsynced_changes.h"

namespace muir::storage {
namespace {

constexpr std::size_t kPartsPerCall = 64;  // Well below IOV_MAX.
constexpr mode_t kFileMode = 0644;
constexpr mode_t kDirectoryMode = 0755;

// Repeats a system call that a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

Result<void> outcome(int result) {
  if (result != 0) return last_system_error();
  return ok();
}

Result<void> sync_outcome(int result) {
  if (result != 0) return sync_failure(last_system_error());
  return ok();
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

class PosixFile final : public File {
 public:
  explicit PosixFile(Descriptor fd) : fd_(std::move(fd)) {}

  Io<std::size_t> read(std::uint64_t position, MutableByteView into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const auto count = uninterrupted([&] {
        return ::pread(fd_.get(), into.data() + done, into.size() - done, static_cast<off_t>(position + done));
      });
      if (count < 0) return last_system_error();
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

  Io<> write(std::uint64_t position, std::span<const ByteView> parts) override {
    auto written = write_all(position, parts);
    changes_.changed();
    return written;
  }

  Io<> sync_data() override {
    if (const auto failure = changes_.failure()) return *failure;
    const auto covered = changes_.so_far();
    auto synced = sync_outcome(uninterrupted([&] { return ::fdatasync(fd_.get()); }));
    changes_.synced(covered, synced);
    return synced;
  }

  bool has_unsynced_writes() const override { return changes_.any(); }

  Io<> truncate(std::uint64_t size_bytes) override {
    auto cut = outcome(uninterrupted([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size_bytes)); }));
    changes_.changed();
    return cut;
  }

  Io<> preallocate(std::uint64_t size_bytes) override {
    const int result =
        uninterrupted([&] { return ::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size_bytes)); });
    if (result != 0 && errno == EOPNOTSUPP) return ok();  // A hint: some file systems cannot.
    return outcome(result);
  }

  Io<std::uint64_t> size() override {
    struct stat status;
    if (::fstat(fd_.get(), &status) != 0) return last_system_error();
    return static_cast<std::uint64_t>(status.st_size);
  }

  Io<> set_modified(std::int64_t modified_ms) override {
    const timespec modified{static_cast<time_t>(modified_ms / 1000), static_cast<long>(modified_ms % 1000) * 1'000'000};
    const timespec times[2] = {{0, UTIME_OMIT}, modified};
    return outcome(::futimens(fd_.get(), times));
  }

  // Else by mincore(2), which touches nothing; so it is no matter that the file may be truncated while it is mapped.
  Io<bool> is_resident(std::uint64_t position, std::uint64_t size_bytes) override {
    static const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t begin = position - position % page_bytes;
    const std::uint64_t end = position + size_bytes;
    if (end <= begin) return true;
    if (const auto is_cached = is_in_page_cache(fd_.get(), position, size_bytes)) return *is_cached;
    void* const mapped = ::mmap(nullptr, end - begin, PROT_READ, MAP_SHARED, fd_.get(), static_cast<off_t>(begin));
    if (mapped == MAP_FAILED) return false;
    std::vector<unsigned char> pages((end - begin + page_bytes - 1) / page_bytes);
    const bool is_known = ::mincore(mapped, end - begin, pages.data()) == 0;
    ::munmap(mapped, end - begin);
    return is_known && std::ranges::all_of(pages, [](unsigned char page) { return (page & 1) != 0; });
  }

  int native_handle() const override { return fd_.get(); }

 private:
  Result<void> write_all(std::uint64_t position, std::span<const ByteView> parts) {
    std::size_t part = 0;
    std::size_t skip = 0;  // Bytes of parts[part] that are written already.
    while (part < parts.size()) {
      std::array<iovec, kPartsPerCall> vectors;
      std::size_t used = 0;
      for (std::size_t i = part; i < parts.size() && used < vectors.size(); ++i, ++used) {
        const ByteView rest = i == part ? parts[i].subspan(skip) : parts[i];
        vectors[used] = {const_cast<std::byte*>(rest.data()), rest.size()};
      }
      const auto count = uninterrupted(
          [&] { return ::pwritev(fd_.get(), vectors.data(), static_cast<int>(used), static_cast<off_t>(position)); });
      if (count < 0) return last_system_error();
      position += static_cast<std::uint64_t>(count);
      skip += static_cast<std::size_t>(count);
      const std::size_t before = skip, part_before = part;
      while (part < parts.size() && skip >= parts[part].size()) skip -= parts[part++].size();
      if (count == 0 && skip == before && part == part_before) return Error{EIO, boost::system::system_category()};
    }
    return ok();
  }

  Descriptor fd_;
  UnsyncedChanges changes_;
};

class PosixLock final : public DiskLock {
 public:
  explicit PosixLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

int open_flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::read:
      return O_RDONLY;
    case OpenMode::read_write:
      return O_RDWR;
    case OpenMode::create:
      return O_RDWR | O_CREAT;
    case OpenMode::replace:
      return O_RDWR | O_CREAT | O_TRUNC;
  }
  return O_RDONLY;
}

Result<Descriptor> open_descriptor(const std::string& path, int flags) {
  const int fd = uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, kFileMode); });
  if (fd < 0) return last_system_error();
  return Descriptor{fd};
}

}  // namespace

Io<FilePtr> PosixDisk::open(const std::string& path, OpenMode mode) {
  auto fd = open_descriptor(path, open_flags(mode));
  if (!fd) return fd.error();
  return FilePtr{std::make_shared<PosixFile>(std::move(*fd))};
}

Io<std::optional<FileStatus>> PosixDisk::status(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<FileStatus>{};
    return last_system_error();
  }
  const auto modified_ms = std::int64_t{status.st_mtim.tv_sec} * 1000 + status.st_mtim.tv_nsec / 1'000'000;
  return std::optional(FileStatus{static_cast<std::uint64_t>(status.st_size), modified_ms, S_ISDIR(status.st_mode)});
}

Io<std::vector<std::string>> PosixDisk::list(const std::string& directory) {
  DIR* stream = ::opendir(directory.c_str());
  if (stream == nullptr) return last_system_error();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  const int failure = errno;
  ::closedir(stream);
  if (failure != 0) return Error{failure, boost::system::system_category()};
  std::sort(names.begin(), names.end());
  return names;
}

Io<> PosixDisk::rename(const std::string& from, const std::string& to) {
  return outcome(::rename(from.c_str(), to.c_str()));
}

Io<> PosixDisk::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return last_system_error();
  return ok();
}

Io<> PosixDisk::create_directory(const std::string& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) == 0) return ok();
  if (errno == ENOENT && parent_directory(path) != path) {
    const auto parent = create_directory(parent_directory(path)).get();
    if (!parent) return parent.error();
    return outcome(::mkdir(path.c_str(), kDirectoryMode));
  }
  const int failure = errno;
  struct stat status;
  if (failure == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return ok();
  return Error{failure, boost::system::system_category()};
}

Io<> PosixDisk::remove_directory(const std::string& path) {
  if (::rmdir(path.c_str()) != 0 && errno != ENOENT) return last_system_error();
  return ok();
}

Io<> PosixDisk::sync_directory(const std::string& path) {
  const auto fd = open_descriptor(path, O_RDONLY | O_DIRECTORY);
  if (!fd) return fd.error();
  return sync_outcome(uninterrupted([&] { return ::fsync(fd->get()); }));
}

Io<std::unique_ptr<DiskLock>> PosixDisk::lock(const std::string& path) {
  auto fd = open_descriptor(path, O_RDWR | O_CREAT);
  if (!fd) return fd.error();
  // Java locks by fcntl.  Locks of an open file description conflict with those, and, unlike those, also within a
  // process and not with its other descriptors of the same file.
  struct flock range = {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  if (uninterrupted([&] { return ::fcntl(fd->get(), F_OFD_SETLK, &range); }) != 0) {
    if (errno == EACCES) errno = EWOULDBLOCK;
    return last_system_error();
  }
  return std::unique_ptr<DiskLock>{std::make_unique<PosixLock>(std::move(*fd))};
}

}  // namespace muir::storage
