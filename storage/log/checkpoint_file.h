#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/disk/atomic_file.h"
#include "storage/log/errc.h"

namespace muir::storage {

inline constexpr std::uint64_t kCheckpointBytesMax = 256 << 20;  // A million partitions with the longest names.

// Kafka's text checkpoints: the version, the number of entries, one entry a line.  Format:
// docs/formats/log-directory.md. The entries' lines; none for an empty file.  Fails with malformed_file,
// unsupported_file_version.
Result<std::vector<std::string_view>> parse_checkpoint(std::string_view text);

std::string format_checkpoint(const std::vector<std::string>& lines);

// `line` cut at white space.
std::vector<std::string_view> split_fields(std::string_view line);

// The whole of `text` as a decimal integer, as Java's parseInt and parseLong take it.
template <class Int>
std::optional<Int> parse_decimal(std::string_view text);

// Reads and writes such a file; a missing one has no entries.
Task<Result<std::string>> read_text(Disk& disk, std::string path, std::uint64_t size_max = kCheckpointBytesMax);
Task<Result<void>> write_text(Disk& disk, std::string path, std::string text,
                              NameDurability durability = NameDurability::at_once);

}  // namespace muir::storage
