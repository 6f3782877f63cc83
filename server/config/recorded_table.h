#pragma once

#include <fstream>
#include <string>
#include <vector>

namespace muir::server {

// A tab-separated file of testdata/, recorded from Apache Kafka 4.3.1: the rows below the heading.
inline std::vector<std::vector<std::string>> read_recorded_table(const std::string& name) {
  std::ifstream file("server/config/testdata/" + name);
  std::vector<std::vector<std::string>> rows;
  std::string line;
  for (std::getline(file, line); std::getline(file, line);) {
    std::vector<std::string> columns(1);
    for (const char c : line) {
      if (c == '\t')
        columns.emplace_back();
      else
        columns.back() += c;
    }
    rows.push_back(std::move(columns));
  }
  return rows;
}

inline std::string read_recorded_file(const std::string& name) {
  std::ifstream file("server/config/testdata/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace muir::server
