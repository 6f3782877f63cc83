#include "server/bench/payload.h"

#include <gtest/gtest.h>

#include "wire/record/compression.h"

namespace muir::server {
namespace {

double size_left(double compressible) {
  const OwnedBytes payload = make_payload(1 << 20, compressible, 7);
  OwnedBytes compressed;
  EXPECT_TRUE(wire::compress({wire::CompressionType::zstd, {}}, payload, compressed));
  return static_cast<double>(compressed.size()) / static_cast<double>(payload.size());
}

TEST(Payload, CompressesByTheShareThatWasAskedFor) {
  EXPECT_NEAR(size_left(0.5), 0.5, 0.06);
  EXPECT_NEAR(size_left(0.0), 1.0, 0.01);
  EXPECT_LT(size_left(1.0), 0.01);
}

TEST(Payload, DependsOnTheSeedAlone) {
  EXPECT_EQ(make_payload(1000, 0.5, 1), make_payload(1000, 0.5, 1));
  EXPECT_NE(make_payload(1000, 0.5, 1), make_payload(1000, 0.5, 2));
}

}  // namespace
}  // namespace muir::server
