#include "server/runtime/loggers.h"

#include <array>

#include "server/runtime/logger_tree.h"

namespace muir::server {
namespace {

constexpr std::array<std::string_view, 6> kLevelNames = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};

}  // namespace

std::string_view name(LogLevel level) { return kLevelNames[static_cast<std::size_t>(level)]; }

std::optional<LogLevel> log_level_of(std::string_view name) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i)
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  return std::nullopt;
}

std::vector<std::pair<std::string_view, LogLevel>> logger_levels() { return LoggerTree::instance().levels(); }

bool is_logger(std::string_view name) { return LoggerTree::instance().contains(name); }

void set_logger_level(std::string_view name, LogLevel level) { LoggerTree::instance().set(name, level); }

void unset_logger_level(std::string_view name) { LoggerTree::instance().set(name, std::nullopt); }

}  // namespace muir::server
