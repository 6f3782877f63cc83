#include "server/config/memory_share.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace muir::server {
namespace {

constexpr std::int64_t kMemoryUnknown = std::int64_t{1} << 30;
constexpr std::int64_t kDecompressedBytesMax = std::int64_t{256} << 20;

std::optional<std::int64_t> machine_memory(const std::string& root) {
  std::ifstream file(root + "/proc/meminfo");
  std::string name, unit;
  std::int64_t kibibytes = 0;
  while (file >> name >> kibibytes) {
    if (name == "MemTotal:") return kibibytes * 1024;
    std::getline(file, unit);
  }
  return std::nullopt;
}

// "max" is no number, and no limit.
std::optional<std::int64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::int64_t bytes = 0;
  if (file >> bytes) return bytes;
  return std::nullopt;
}

// A group is bounded by those above it, too.
std::optional<std::int64_t> limit_of_group(const std::string& mount, std::string group, const std::string& file) {
  std::optional<std::int64_t> least;
  for (;;) {
    const auto limit = number_in(mount + group + "/" + file);
    if (limit) least = std::min(*limit, least.value_or(*limit));
    const auto parent = group.rfind('/');
    if (parent == std::string::npos) return least;
    group.erase(parent);
  }
}

// `0::/path` is version 2; `4:memory:/path` is a hierarchy of version 1.
std::optional<std::int64_t> limit_of_line(const std::string& root, const std::string& line) {
  const auto first = line.find(':');
  const auto second = line.find(':', first + 1);
  if (first == std::string::npos || second == std::string::npos) return std::nullopt;
  const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
  const std::string group = line.substr(second + 1);
  if (controllers == ",,") return limit_of_group(root + "/sys/fs/cgroup", group, "memory.max");
  if (controllers.find(",memory,") == std::string::npos) return std::nullopt;
  return limit_of_group(root + "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
}

}  // namespace

std::optional<std::int64_t> memory_limit(const std::string& root) {
  std::optional<std::int64_t> least = machine_memory(root);
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto limit = limit_of_line(root, line);
    if (limit) least = std::min(*limit, least.value_or(*limit));
  }
  return least;
}

std::int64_t memory_of_this_process() {
  static const std::int64_t kBytes = memory_limit("").value_or(kMemoryUnknown);
  return kBytes;
}

std::int64_t decompressed_bytes_max_by_default() {
  return std::min(kDecompressedBytesMax, memory_of_this_process() / 8);
}

}  // namespace muir::server
