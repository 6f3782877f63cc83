#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace muir::server {

enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError };

// One field of a log line, written `key=value`; a value with spaces or quotes is quoted.
struct LogField {
  std::string_view key;
  std::string value;
};

template <class T>
LogField field(std::string_view key, const T& value) {
  return {key, fmt::format("{}", value)};
}

// Where lines go; stdout unless a test takes them.  Lines are for the operator: one an event, nothing a request.
void log_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);
void set_log_level(LogLevel level);
bool log_enabled(LogLevel level);

template <class... Fields>
void log_debug(std::string_view event, const Fields&... fields) {
  if (log_enabled(LogLevel::kDebug)) log_line(LogLevel::kDebug, event, {fields...});
}
template <class... Fields>
void log_info(std::string_view event, const Fields&... fields) {
  log_line(LogLevel::kInfo, event, {fields...});
}
template <class... Fields>
void log_warn(std::string_view event, const Fields&... fields) {
  log_line(LogLevel::kWarn, event, {fields...});
}
template <class... Fields>
void log_error(std::string_view event, const Fields&... fields) {
  log_line(LogLevel::kError, event, {fields...});
}

}  // namespace muir::server
