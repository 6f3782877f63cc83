#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace muir::server {

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kFatal };

// As Kafka spells them: "WARN".
std::string_view name(LogLevel level);
// Nothing for what is none of the six.
std::optional<LogLevel> log_level_of(std::string_view name);

// What the logger above all others is called.
inline constexpr std::string_view kRootLogger = "root";

// The loggers of this process: root, and one a folder that logs, `server.net` being that of server/net.  One whose
// level nobody has set has that of the next above it: of `server`, else of root.  Levels are this process's alone and
// last as long as it (KIP-412).  May be called from any thread.
std::vector<std::pair<std::string_view, LogLevel>> logger_levels();  // Sorted by name.
bool is_logger(std::string_view name);

// `name` is a logger's.
void set_logger_level(std::string_view name, LogLevel level);
// Not root's, which always has one.
void unset_logger_level(std::string_view name);

}  // namespace muir::server
