#pragma once

#include "storage/disk/disk.h"

namespace muir::storage {

// Files as the kernel has them; every call is answered inline, by plain system calls.  Stateless: one serves all
// shards.
class PosixDisk final : public Disk {
 public:
  Io<FilePtr> open(const std::string& path, OpenMode mode) override;
  Io<std::optional<FileStatus>> status(const std::string& path) override;
  Io<std::vector<std::string>> list(const std::string& directory) override;
  Io<> rename(const std::string& from, const std::string& to) override;
  Io<> remove(const std::string& path) override;
  Io<> create_directory(const std::string& path) override;
  Io<> remove_directory(const std::string& path) override;
  Io<> sync_directory(const std::string& path) override;
  Io<std::unique_ptr<DiskLock>> lock(const std::string& path) override;
};

}  // namespace muir::storage
