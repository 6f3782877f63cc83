#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "auth/tls/tls_settings.h"

namespace muir::server {

// By what a file is known to be the one that was read, without reading it again.
struct FileStamp {
  std::string path;
  std::int64_t modified_ns = -1;  // -1: it could not be looked at.
  std::uint64_t inode = 0;
  std::int64_t size_bytes = 0;

  bool operator==(const FileStamp&) const = default;
};

// The files that the settings of a listener name, as they are now.
std::vector<FileStamp> stamps_of(const auth::TlsSettings& settings);

}  // namespace muir::server
