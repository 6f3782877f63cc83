#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/config/broker_config.h"
#include "storage/disk/disk.h"
#include "wire/base/clock.h"

namespace muir::server {

// What `muir format` was asked for; each as the flag of kafka-storage's `format` that has its name.
struct FormatOptions {
  std::string cluster_id;
  bool standalone = false;              // A quorum of this node alone, to which others can be added (KIP-853).
  bool no_initial_controllers = false;  // This node joins a quorum that is there already.
  std::optional<std::string> initial_controllers;
  std::optional<std::string> release_version;
  std::vector<std::string> features;   // "name=level"
  std::vector<std::string> add_scram;  // "SCRAM-SHA-256=[name=alice,password=secret]"
  bool ignore_formatted = false;
};

// What a command prints and returns.
struct CommandOutcome {
  int exit_code = 0;
  std::string out;  // Whole lines.
  std::string err;
};

// Prepares the log directories of `config` for a first start, as kafka-storage's `format` does, with its files and its
// words: meta.properties and bootstrap.checkpoint in each, and with initial controllers the voter set where the
// metadata log will be.  Blocking.  A directory that is formatted is never touched; one that fails leaves those before
// it formatted, and meta.properties, which makes it count, is its last file.
CommandOutcome format_storage(storage::Disk& disk, const BrokerConfig& config, const FormatOptions& options,
                              const Clock& clock);

}  // namespace muir::server
