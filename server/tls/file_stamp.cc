#include "server/tls/file_stamp.h"

#include <sys/stat.h>

namespace muir::server {

std::vector<FileStamp> stamps_of(const auth::TlsSettings& settings) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::vector<FileStamp> stamps;
  for (const auto* store : {&settings.keystore, &settings.truststore}) {
    if (!store->location) continue;
    FileStamp stamp{*store->location};
    struct stat found{};
    if (::stat(stamp.path.c_str(), &found) == 0) {
      stamp.modified_ns = found.st_mtim.tv_sec * kSecond + found.st_mtim.tv_nsec;
      stamp.inode = found.st_ino;
      stamp.size_bytes = found.st_size;
    }
    stamps.push_back(std::move(stamp));
  }
  return stamps;
}

}  // namespace muir::server
