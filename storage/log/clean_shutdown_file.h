#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/disk/disk.h"
#include "storage/log/errc.h"

namespace muir::storage {

inline constexpr std::string_view kCleanShutdownFile = ".kafka_cleanshutdown";

// The broker epoch in a clean shutdown file; nothing when it cannot be understood, as in those of Kafka before 3.7,
// which were empty.  Format: docs/formats/log-directory.md.
std::optional<std::int64_t> parse_clean_shutdown(std::string_view text);
std::string format_clean_shutdown(std::int64_t broker_epoch);

// How a log directory was left.
struct CleanShutdown {
  bool was_clean = false;                    // The file is there, whatever is in it.
  std::optional<std::int64_t> broker_epoch;  // Proof to the controller that nothing was lost (KIP-966).
};

Task<Result<CleanShutdown>> read_clean_shutdown(Disk& disk, std::string log_dir);

// Only after every log of the directory was closed, and its checkpoints written.
Task<Result<void>> write_clean_shutdown(Disk& disk, std::string log_dir, std::int64_t broker_epoch);

// Before anything is written to the directory, and durably: from then on a stop is unclean.
Task<Result<void>> remove_clean_shutdown(Disk& disk, std::string log_dir);

}  // namespace muir::storage
