#include "storage/disk/page_cache.h"

#include <unistd.h>

namespace muir::storage {

// Debian 12's headers do not know the call.  It needs no mapping, unlike mincore(2), which took two fifths of a
// reader's processor time.
std::optional<bool> is_in_page_cache(int fd, std::uint64_t position, std::uint64_t size_bytes) {
  constexpr long kCachestat = 451;
  static const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t begin = position - position % page_bytes;
  struct {
    std::uint64_t offset, length;
  } range{begin, position + size_bytes - begin};
  if (range.length == 0) return true;  // Which the call would take for everything.
  struct {
    std::uint64_t cached, dirty, writeback, evicted, recently_evicted;
  } found{};
  if (::syscall(kCachestat, fd, &range, &found, 0) != 0) return std::nullopt;
  return found.cached == (range.length + page_bytes - 1) / page_bytes;
}

}  // namespace muir::storage
