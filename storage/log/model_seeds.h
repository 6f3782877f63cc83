#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

namespace muir::storage::testing {

// For tests against a model: calls `run` with the seeds from 0 on, `count` of them or as many as MUIR_MODEL_SEEDS says,
// or with MUIR_MODEL_SEED alone.  Ends at the first that fails, and says how to run it again.
template <class Run>
void for_each_model_seed(std::uint64_t count, const char* filter, Run run) {
  const char* const one = std::getenv("MUIR_MODEL_SEED");
  const char* const many = std::getenv("MUIR_MODEL_SEEDS");
  const std::uint64_t first = one != nullptr ? std::strtoull(one, nullptr, 10) : 0;
  if (many != nullptr) count = std::strtoull(many, nullptr, 10);
  if (one != nullptr) count = 1;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    run(seed);
    if (!::testing::Test::HasFailure()) continue;
    std::cerr << "again: MUIR_MODEL_SEED=" << seed << " storage_log_test --gtest_filter=" << filter << "\n";
    return;
  }
}

}  // namespace muir::storage::testing
