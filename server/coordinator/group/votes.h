#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muir::server {

// Counts which strategy most members want.  Between equals Kafka takes the first in the order of a Java HashMap, which
// depends on the names alone: so do we, for clients may rely on a group's strategy staying what it was.
class Votes {
 public:
  void add(std::string_view name);

  // Empty if nobody has voted.
  std::string winner() const;

 private:
  struct Candidate {
    std::string name;
    std::size_t votes = 0;
  };
  std::vector<Candidate> candidates_;  // In the order of their first vote.
};

}  // namespace muir::server
