#pragma once

#include <concepts>
#include <initializer_list>
#include <source_location>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "server/runtime/loggers.h"

namespace muir::server {

// One field of a log line, written `key=value`; a value with spaces or quotes is quoted.
struct LogField {
  std::string_view key;
  std::string value;
};

template <class T>
LogField field(std::string_view key, const T& value) {
  return {key, fmt::format("{}", value)};
}

// What has happened.  The file that says so decides which logger it belongs to (loggers.h).
struct LogEvent {
  template <class Text>
    requires std::convertible_to<const Text&, std::string_view>
  LogEvent(const Text& what, std::source_location where = std::source_location::current())
      : text(what), file(where.file_name()) {}

  std::string_view text;
  std::string_view file;
};

// Where lines go: stdout.  Lines are for the operator: one an event, nothing a request.
void log_line(LogLevel level, const LogEvent& event, std::initializer_list<LogField> fields);
bool log_enabled(LogLevel level, const LogEvent& event);

template <class... Fields>
void log_debug(LogEvent event, const Fields&... fields) {
  if (log_enabled(LogLevel::kDebug, event)) log_line(LogLevel::kDebug, event, {fields...});
}
template <class... Fields>
void log_info(LogEvent event, const Fields&... fields) {
  log_line(LogLevel::kInfo, event, {fields...});
}
template <class... Fields>
void log_warn(LogEvent event, const Fields&... fields) {
  log_line(LogLevel::kWarn, event, {fields...});
}
template <class... Fields>
void log_error(LogEvent event, const Fields&... fields) {
  log_line(LogLevel::kError, event, {fields...});
}

}  // namespace muir::server
