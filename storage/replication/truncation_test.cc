#include "storage/replication/truncation.h"

#include <gtest/gtest.h>

namespace muir::storage {
namespace {

TEST(Truncation, CutsToWhereTheSharedEpochEndedOnEitherSide) {
  const auto leader_shorter =
      plan_truncation({Epoch{3}, Offset{20}}, EpochEnd{Epoch{3}, Offset{25}}, Offset{30}, Offset{30});
  EXPECT_EQ(leader_shorter.offset, Offset{20});
  EXPECT_TRUE(leader_shorter.complete);

  const auto local_shorter =
      plan_truncation({Epoch{3}, Offset{28}}, EpochEnd{Epoch{3}, Offset{25}}, Offset{30}, Offset{30});
  EXPECT_EQ(local_shorter.offset, Offset{25});
}

TEST(Truncation, AsksAgainWhenThisReplicaLacksTheLeadersEpoch) {
  const auto truncation =
      plan_truncation({Epoch{3}, Offset{20}}, EpochEnd{Epoch{2}, Offset{12}}, Offset{30}, Offset{30});

  EXPECT_EQ(truncation.offset, Offset{12});
  EXPECT_FALSE(truncation.complete);
}

TEST(Truncation, NeverCutsBeyondTheOwnEnd) {
  EXPECT_EQ(plan_truncation({Epoch{3}, Offset{50}}, std::nullopt, Offset{30}, Offset{30}).offset, Offset{30});
  EXPECT_EQ(plan_truncation({kNoEpoch, Offset{50}}, std::nullopt, Offset{30}, Offset{30}).offset, Offset{30});
}

TEST(Truncation, GoesBackToTheFetchOffsetWhenTheLeaderKnowsNothing) {
  EXPECT_EQ(plan_truncation({}, std::nullopt, Offset{30}, Offset{7}).offset, Offset{7});
}

}  // namespace
}  // namespace muir::storage
