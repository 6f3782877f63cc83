#include "storage/disk/sync_threads.h"

#include <cerrno>
#include <future>

#include <gtest/gtest.h>

namespace muir::storage {
namespace {

struct Request final : SyncRequest {
  Result<void> sync() override {
    began.set_value();
    if (waits_for.valid()) waits_for.wait();
    return outcome;
  }
  void synced(Result<void> how) override { answer.set_value(how); }

  std::shared_future<void> waits_for;
  Result<void> outcome = ok();
  std::promise<void> began;
  std::promise<Result<void>> answer;
};

TEST(SyncThreads, AFewRequestsAreSyncedEachByItself) {
  Request request;
  SyncThreads threads(::testing::TempDir());

  threads.submit(request);

  EXPECT_TRUE(request.answer.get_future().get());
  EXPECT_EQ(threads.counts().alone, 1u);
  EXPECT_EQ(threads.counts().rounds, 0u);
}

TEST(SyncThreads, AFailureIsToldAndNotRetried) {
  Request request;
  SyncThreads threads(::testing::TempDir());
  request.outcome = Error{EIO, boost::system::system_category()};

  threads.submit(request);

  const auto outcome = request.answer.get_future().get();  // A second sync() would set `began` twice, which throws.
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().value(), EIO);
}

// What comes while every thread is at it is synced together, if the file system can.
TEST(SyncThreads, WhatComesMeanwhileRidesOnOneRound) {
  std::promise<void> disk;
  const std::shared_future<void> held = disk.get_future().share();
  std::deque<Request> first(SyncThreads::kThreads), later(100);
  SyncThreads threads(::testing::TempDir());  // Its end waits for them.
  for (Request& request : first) {
    request.waits_for = held;
    threads.submit(request);
    request.began.get_future().wait();  // So that no two of them make a round.
  }

  for (Request& request : later) threads.submit(request);
  disk.set_value();

  for (Request& request : later) EXPECT_TRUE(request.answer.get_future().get());
  for (Request& request : first) EXPECT_TRUE(request.answer.get_future().get());
  const auto counts = threads.counts();
  EXPECT_EQ(counts.requests, first.size() + later.size());
  if (!threads.makes_rounds()) GTEST_SKIP() << "this file system is synced file by file";
  EXPECT_EQ(counts.rounds, 1u);
  EXPECT_EQ(counts.alone, first.size());
}

// A syncfs would write all of it, and whoever waits for one record would wait for that.
TEST(SyncThreads, ThereIsNoRoundWhileMuchElseIsUnsynced) {
  std::promise<void> disk;
  const std::shared_future<void> held = disk.get_future().share();
  std::deque<Request> first(SyncThreads::kThreads), later(20);
  SyncThreads threads(::testing::TempDir());
  threads.wrote(SyncThreads::kUnsyncedBytesMax + 1);
  for (Request& request : first) {
    request.waits_for = held;
    threads.submit(request);
    request.began.get_future().wait();
  }

  for (Request& request : later) threads.submit(request);
  disk.set_value();

  for (Request& request : later) EXPECT_TRUE(request.answer.get_future().get());
  EXPECT_EQ(threads.counts().rounds, 0u);
}

TEST(SyncThreads, TheEndWaitsForWhatWasAskedFor) {
  std::deque<Request> requests(20);
  {
    SyncThreads threads(::testing::TempDir());
    for (Request& request : requests) threads.submit(request);
  }
  for (Request& request : requests)
    EXPECT_EQ(request.answer.get_future().wait_for(std::chrono::seconds(0)), std::future_status::ready);
}

}  // namespace
}  // namespace muir::storage
