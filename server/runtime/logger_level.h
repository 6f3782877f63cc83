#pragma once

#include <string_view>

#include "server/runtime/loggers.h"

namespace spdlog {
class logger;
}

namespace muir::server {

// The level of one logger, for whoever asks so often that looking the logger up each time would cost: one atomic read.
// Used from any thread.
class LoggerLevel {
 public:
  explicit LoggerLevel(std::string_view logger);  // is_logger(logger).
  bool is_enabled(LogLevel level) const;

 private:
  const spdlog::logger* logger_;
};

}  // namespace muir::server
