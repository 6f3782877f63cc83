#include "storage/disk/file_system_space.h"

#include <cerrno>
#include <limits>

#include <sys/statvfs.h>

namespace muir::storage {
namespace {

// A file system may be larger than what the answer can hold.
std::int64_t to_bytes(std::uint64_t blocks, std::uint64_t block_bytes) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (block_bytes != 0 && blocks > kMax / block_bytes) return static_cast<std::int64_t>(kMax);
  return static_cast<std::int64_t>(blocks * block_bytes);
}

}  // namespace

Result<FileSystemSpace> file_system_space(const std::string& directory) {
  struct statvfs status{};
  if (::statvfs(directory.c_str(), &status) != 0) return Error(errno, boost::system::system_category());
  return FileSystemSpace{to_bytes(status.f_blocks, status.f_frsize), to_bytes(status.f_bavail, status.f_frsize)};
}

}  // namespace muir::storage
