// Plays traces: `trace_player RULES ADDRESS TRACE` prints a line of JSON for each answer;
// `trace_player check TRACE ...` reads traces only, and prints `NAME API VERSION` for each request in them.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include <fmt/format.h>

#include "compat-tests/differential/player.h"

namespace {

using namespace muir::compat;

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string name_of(const std::string& path) { return std::filesystem::path(path).stem().string(); }

int complain(const std::string& path, const std::string& complaint) {
  fmt::print(stderr, "{}:{}\n", path, complaint);
  return 1;
}

int check(const std::string& path) {
  std::string complaint;
  const auto trace = read_trace(content_of(path), complaint);
  if (!trace) return complain(path, complaint);
  for (const Step& step : trace->steps)
    if (!step.api.empty()) fmt::print("{} {} {}\n", name_of(path), step.api, step.version);
  return 0;
}

int play(const std::string& rules_path, const std::string& address, const std::string& path) {
  std::string complaint;
  const auto rules = read_rules(content_of(rules_path), complaint);
  if (!rules) return complain(rules_path, complaint);
  const auto trace = read_trace(content_of(path), complaint);
  if (!trace) return complain(path, complaint);
  if (!Player(address, name_of(path), *rules).play(*trace, complaint)) return complain(path, complaint);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() >= 2 && arguments[0] == "check") {
    int status = 0;
    for (std::size_t i = 1; i < arguments.size(); ++i) status |= check(arguments[i]);
    return status;
  }
  if (arguments.size() == 3) return play(arguments[0], arguments[1], arguments[2]);
  fmt::print(stderr, "usage: trace_player RULES ADDRESS TRACE | trace_player check TRACE ...\n");
  return 2;
}
