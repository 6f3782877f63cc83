#include "server/bench/workload.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

TEST(Workload, IsFineByDefault) { EXPECT_TRUE(Workload{}.check()); }

TEST(Workload, NamesWhatIsOutOfItsLimits) {
  const auto complaint = [](auto change) {
    Workload workload;
    change(workload);
    const auto checked = workload.check();
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(complaint([](Workload& w) { w.connections = 0; }), "--connections is 0; it must be from 1 to 100000");
  EXPECT_NE(complaint([](Workload& w) { w.record_bytes = w.kRequestBytesMax; }), "");
  EXPECT_NE(complaint([](Workload& w) { w.connections = 5'000, w.record_bytes = 1 << 20; }), "");
  EXPECT_NE(complaint([](Workload& w) { w.acks = 0; }), "");
  EXPECT_NE(complaint([](Workload& w) { w.idempotent = true; }), "");
  EXPECT_EQ(complaint([](Workload& w) { w.idempotent = true, w.acks = -1; }), "");
  EXPECT_NE(complaint([](Workload& w) { w.compressible = 1.1; }), "");
}

}  // namespace
}  // namespace muir::server
