#include "server/coordinator/group/votes.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

std::string winner_of(const std::vector<std::string>& votes) {
  Votes counted;
  for (const auto& vote : votes) counted.add(vote);
  return counted.winner();
}

TEST(Votes, NobodyWinsWithoutVotes) { EXPECT_EQ(winner_of({}), ""); }

TEST(Votes, TheMostVotesWin) {
  EXPECT_EQ(winner_of({"range", "sticky", "sticky"}), "sticky");
  EXPECT_EQ(winner_of({"sticky", "range", "range"}), "range");
}

// Winners computed by a JVM: the first in a HashMap of these keys.
TEST(Votes, BetweenEqualsTheFirstOfAJavaHashMapWins) {
  EXPECT_EQ(winner_of({"range", "roundrobin"}), "range");
  EXPECT_EQ(winner_of({"roundrobin", "range"}), "range");
  EXPECT_EQ(winner_of({"range", "sticky", "cooperative-sticky"}), "sticky");
  EXPECT_EQ(winner_of({"cooperative-sticky", "range"}), "range");
  EXPECT_EQ(winner_of({"cooperative-sticky", "sticky"}), "sticky");
  EXPECT_EQ(winner_of({"default", "eager"}), "default");
  EXPECT_EQ(winner_of({"sessioned", "compatible", "eager"}), "compatible");
}

TEST(Votes, InOneBucketTheFirstThatWasVotedForWins) {
  EXPECT_EQ(winner_of({"q", "a"}), "q");
  EXPECT_EQ(winner_of({"a", "q"}), "a");
}

TEST(Votes, ThirteenNamesMakeTheTableGrow) {
  // Among 16 buckets q would share a's and come first; among 32 it does not.
  EXPECT_EQ(winner_of({"q", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}), "q");
  EXPECT_EQ(winner_of({"q", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}), "a");
}

}  // namespace
}  // namespace muir::server
