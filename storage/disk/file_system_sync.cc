#include "storage/disk/file_system_sync.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "storage/disk/disk.h"

namespace muir::storage {

Result<void> sync_file_system(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Error(errno, boost::system::system_category());
  const int failure = ::syncfs(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (failure != 0) return sync_failure(Error(failure, boost::system::system_category()));
  return ok();
}

}  // namespace muir::storage
