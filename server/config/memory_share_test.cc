#include "server/config/memory_share.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace muir::server {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

struct MemoryLimit : ::testing::Test {
  std::filesystem::path root = std::filesystem::path(::testing::TempDir()) / ("memory." + std::to_string(::getpid()));
  void SetUp() override { write("proc/meminfo", "MemTotal:        1048576 kB\nMemFree:          1000 kB\n"); }
  void TearDown() override { std::filesystem::remove_all(root); }
  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }
  std::optional<std::int64_t> limit() { return memory_limit(root.string()); }
};

TEST_F(MemoryLimit, IsTheMachinesWhereNoGroupHasOne) {
  write("proc/self/cgroup", "0::/system.slice/muir\n");
  write("sys/fs/cgroup/system.slice/muir/memory.max", "max\n");
  EXPECT_EQ(limit(), 1024 * kMiB);
}

TEST_F(MemoryLimit, IsThatOfTheGroup) {
  write("proc/self/cgroup", "0::/muir\n");
  write("sys/fs/cgroup/muir/memory.max", "268435456\n");
  EXPECT_EQ(limit(), 256 * kMiB);
}

TEST_F(MemoryLimit, IsThatOfAGroupAboveIfThatIsLess) {
  write("proc/self/cgroup", "0::/slice/muir\n");
  write("sys/fs/cgroup/slice/muir/memory.max", "268435456\n");
  write("sys/fs/cgroup/slice/memory.max", "134217728\n");
  EXPECT_EQ(limit(), 128 * kMiB);
}

TEST_F(MemoryLimit, OfVersionOneIsKnownByItsController) {
  write("proc/self/cgroup", "5:cpu,cpuacct:/other\n4:memory:/muir\n");
  write("sys/fs/cgroup/memory/muir/memory.limit_in_bytes", "268435456\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(limit(), 256 * kMiB);
}

TEST_F(MemoryLimit, AGroupThatAContainerSeesAsItsRootCounts) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/memory.max", "268435456\n");
  EXPECT_EQ(limit(), 256 * kMiB);
}

TEST_F(MemoryLimit, IsUnknownWhereNothingCanBeRead) {
  EXPECT_EQ(memory_limit((root / "nowhere").string()), std::nullopt);
  EXPECT_GT(memory_of_this_process(), 0);
  EXPECT_LE(decompressed_bytes_max_by_default(), 256 * kMiB);
}

}  // namespace
}  // namespace muir::server
