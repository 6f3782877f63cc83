#pragma once

#include <cstdint>

#include "wire/base/clock.h"

namespace muir::server {

// Keeps a line that a client, or a full disk, could repeat at will from filling the log: at most kLines every
// kInterval. Owner: one thread.
class LogPace {
 public:
  static constexpr int kLines = 10;
  static constexpr std::chrono::seconds kInterval{10};

  // May one more be written now?  `*left_out`: how many were not since the last one that was.
  bool admits(Instant now, std::uint64_t* left_out) {
    if (now - began_ >= kInterval) {
      began_ = now;
      lines_ = 0;
    }
    if (lines_ >= kLines) {
      ++left_out_;
      return false;
    }
    ++lines_;
    *left_out = left_out_;
    left_out_ = 0;
    return true;
  }

 private:
  Instant began_{};
  int lines_ = kLines;  // None before the first interval begins.
  std::uint64_t left_out_ = 0;
};

}  // namespace muir::server
