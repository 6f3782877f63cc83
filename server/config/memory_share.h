#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace muir::server {

// What a process may take of memory, and what of it the settings get that nobody has set: the same file is safe on a
// small machine and generous on a large one.

// The least of the machine's memory and the limits of the control groups that the process is in, as the files below
// `root` tell ("/": of this process; cgroup version 1 or 2).  Nothing if they cannot be read.
std::optional<std::int64_t> memory_limit(const std::string& root);

// Of this process, read once; 1 GiB if nobody can say.
std::int64_t memory_of_this_process();

inline std::int64_t request_bytes_max_by_default() { return memory_of_this_process() / 4; }
inline std::int64_t held_response_bytes_max_by_default() { return memory_of_this_process() / 8; }
inline std::int64_t decoded_request_bytes_max_by_default() { return memory_of_this_process() / 16; }
std::int64_t decompressed_bytes_max_by_default();

}  // namespace muir::server
