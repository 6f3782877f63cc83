#pragma once

#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace muir::server {

// Calls `line` for each line of a file that compat-tests/java's QuotaTranscripts wrote.  For tests.
inline void for_each_line(const std::string& name, const std::function<void(std::istringstream&)>& line) {
  std::ifstream file("server/quota/testdata/" + name);
  ASSERT_TRUE(file) << name << ": run from the root of the tree";
  std::string text;
  for (int number = 1; std::getline(file, text); ++number) {
    if (text.starts_with('#')) continue;
    SCOPED_TRACE(name + ":" + std::to_string(number) + ": " + text);
    std::istringstream words(text);
    line(words);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace muir::server
