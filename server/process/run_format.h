#pragma once

#include <optional>
#include <string>
#include <vector>

namespace muir::server {

// The arguments of `muir format`, which are those of kafka-storage's.
struct FormatArguments {
  std::string config_file;
  std::string cluster_id;
  bool standalone = false;
  bool no_initial_controllers = false;
  bool ignore_formatted = false;
  std::optional<std::string> release_version;
  std::optional<std::string> initial_controllers;
  std::vector<std::string> features;  // name=level
  std::vector<std::string> add_scram;
};

// Prepares the log directories of a configuration.  The exit code and the lines printed are kafka-storage's.
int run_format(const FormatArguments& arguments);

}  // namespace muir::server
