#pragma once

#include <cstdint>
#include <optional>

namespace muir::storage {

// Whether all of a file's bytes [position, position + size_bytes), none of them beyond its end, are in the page cache.
// One system call, cachestat(2), which Linux 6.5 has; nothing on an older one.
std::optional<bool> is_in_page_cache(int fd, std::uint64_t position, std::uint64_t size_bytes);

}  // namespace muir::storage
