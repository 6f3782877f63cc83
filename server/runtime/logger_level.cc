#include "server/runtime/logger_level.h"

#include "server/runtime/logger_tree.h"

namespace muir::server {

LoggerLevel::LoggerLevel(std::string_view logger) : logger_(&LoggerTree::instance().named(logger)) {}

bool LoggerLevel::is_enabled(LogLevel level) const { return logger_->should_log(to_spdlog(level)); }

}  // namespace muir::server
