#include "server/net/held_answers.h"

#include <string>

#include <gtest/gtest.h>

namespace muir::server {
namespace {

struct Client : HeldAnswers::Holder {
  Client(HeldAnswers& held, std::string& log, char name) : held_(held), log_(log), name_(name) {}
  ~Client() { held_.hold(*this, 0); }
  void holds(std::int64_t bytes) { held_.hold(*this, bytes); }
  void give_up() override { log_ += name_; }

  HeldAnswers& held_;
  std::string& log_;
  char name_;
};

struct HeldAnswersOrder : ::testing::Test {
  HeldAnswers held{100};
  std::string given_up;
  Client a{held, given_up, 'a'}, b{held, given_up, 'b'}, c{held, given_up, 'c'};
};

TEST_F(HeldAnswersOrder, ToTheByteAsMuchAsMayBeIsHeld) {
  a.holds(60);
  b.holds(40);
  EXPECT_EQ(given_up, "");
  EXPECT_EQ(held.bytes(), 100);
  c.holds(1);
  EXPECT_EQ(given_up, "a");
  EXPECT_EQ(held.bytes(), 41);
}

TEST_F(HeldAnswersOrder, HeGoesWhoHasHeldLongestHoweverLittle) {
  b.holds(1);
  a.holds(60);
  c.holds(60);
  EXPECT_EQ(given_up, "ba");
}

TEST_F(HeldAnswersOrder, WhatIsTakenCountsNoMore) {
  a.holds(90);
  a.holds(10);
  b.holds(80);
  a.holds(0);
  c.holds(20);
  EXPECT_EQ(given_up, "");
  EXPECT_EQ(held.bytes(), 100);
}

TEST_F(HeldAnswersOrder, WhoAloneHoldsTooMuchGoesHimself) {
  a.holds(101);
  EXPECT_EQ(given_up, "a");
  EXPECT_EQ(held.bytes(), 0);
}

TEST_F(HeldAnswersOrder, WithoutABoundNobodyGoes) {
  HeldAnswers unbounded(0);
  Client much(unbounded, given_up, 'm');
  much.holds(std::int64_t{1} << 40);
  EXPECT_EQ(given_up, "");
}

}  // namespace
}  // namespace muir::server
