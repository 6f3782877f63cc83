#include "server/runtime/log.h"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "server/runtime/logger_tree.h"

namespace muir::server {
namespace {

bool needs_quotes(std::string_view value) {
  return value.empty() || std::ranges::any_of(value, [](unsigned char c) {
           return c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f;
         });
}

// Values may come from a peer: quotes and control characters are escaped, so that no value can forge a line.
void append_value(std::string& line, std::string_view value) {
  if (!needs_quotes(value)) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      line += c;
    }
  }
  line += '"';
}

}  // namespace

bool log_enabled(LogLevel level, const LogEvent& event) {
  return LoggerTree::instance().of_file(event.file).should_log(to_spdlog(level));
}

void log_line(LogLevel level, const LogEvent& event, std::initializer_list<LogField> fields) {
  spdlog::logger& logger = LoggerTree::instance().of_file(event.file);
  if (!logger.should_log(to_spdlog(level))) return;
  std::string line = fmt::format("{} {}", name(level), event.text);
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value);
  }
  logger.log(to_spdlog(level), "{}", line);
}

}  // namespace muir::server
