#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <spdlog/logger.h>

#include "server/runtime/loggers.h"

namespace muir::server {

// Both count the same six levels from trace on.
inline spdlog::level::level_enum to_spdlog(LogLevel level) { return static_cast<spdlog::level::level_enum>(level); }
static_assert(static_cast<int>(LogLevel::kTrace) == SPDLOG_LEVEL_TRACE);
static_assert(static_cast<int>(LogLevel::kFatal) == SPDLOG_LEVEL_CRITICAL);

// What loggers.h and log.h are made of: an spdlog logger a name, all with one sink.  Levels change under a mutex and
// are read without.
class LoggerTree {
 public:
  static LoggerTree& instance();

  // The logger of the folder that `file` lies in, or of the next above that has one.
  spdlog::logger& of_file(std::string_view file);

  std::vector<std::pair<std::string_view, LogLevel>> levels();
  spdlog::logger& named(std::string_view name);  // contains(name).
  bool contains(std::string_view name) const;
  void set(std::string_view name, std::optional<LogLevel> level);

 private:
  struct Named {
    std::string_view name;
    std::optional<LogLevel> own;  // Nothing: inherited.
    std::unique_ptr<spdlog::logger> logger;
  };

  LoggerTree();
  Named* find(std::string_view name);
  LogLevel effective(const Named& named);
  void apply_levels();

  std::mutex mutex_;
  std::vector<Named> all_;  // Sorted; the names never change.
};

}  // namespace muir::server
