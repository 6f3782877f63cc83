#include "storage/disk/file_system_space.h"

#include <gtest/gtest.h>

namespace muir::storage {
namespace {

TEST(FileSystemSpace, SaysWhatThereIsAndWhatIsLeft) {
  const auto space = file_system_space("/");
  ASSERT_TRUE(space) << space.error();
  EXPECT_GT(space->total_bytes, 0);
  EXPECT_GE(space->usable_bytes, 0);
  EXPECT_LE(space->usable_bytes, space->total_bytes);
}

TEST(FileSystemSpace, FailsForADirectoryThatIsNotThere) {
  const auto space = file_system_space("/no/such/directory");
  ASSERT_FALSE(space);
  EXPECT_EQ(space.error().value(), ENOENT);
}

}  // namespace
}  // namespace muir::storage
