#include "server/runtime/logger_tree.h"

#include <algorithm>
#include <string>

#include <spdlog/sinks/stdout_sinks.h>

#include "wire/base/check.h"

namespace muir::server {
namespace {

// Sorted.  A folder that is not here logs as the next above it.
constexpr std::string_view kNames[] = {
    kRootLogger,
    "server",
    "server.active_controller",
    "server.audit",
    "server.config",
    "server.controller",
    "server.coordinator",
    "server.fetching",
    "server.handlers",
    "server.net",
    "server.process",
    "server.publishing",
    "server.quorum",
    "server.replica",
    "server.runtime",
    "server.tenant",
    "server.throttling",
};
static_assert(std::ranges::is_sorted(kNames));

// "a.b.c" -> "a.b"; a name without a dot stands under root.
std::string_view parent(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? kRootLogger : name.substr(0, dot);
}

// "/home/x/server/net/server.cc" -> "server.net".  Empty for a file outside of server/.
std::string logger_name(std::string_view file) {
  const auto slash = file.rfind('/');
  if (slash == std::string_view::npos) return "";
  const std::string folder = "/" + std::string(file.substr(0, slash + 1));
  const auto top = folder.rfind("/server/");
  if (top == std::string::npos) return "";
  std::string name = folder.substr(top + 1, folder.size() - top - 2);
  std::ranges::replace(name, '/', '.');
  return name;
}

}  // namespace

LoggerTree& LoggerTree::instance() {
  static LoggerTree tree;
  return tree;
}

// Kafka's layout, `[time] LEVEL event`, so that what people grep for goes on working.
LoggerTree::LoggerTree() {
  const auto sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  sink->set_pattern("[%Y-%m-%d %H:%M:%S,%e] %v");
  for (const std::string_view name : kNames) {
    auto logger = std::make_unique<spdlog::logger>(std::string(name), sink);
    logger->flush_on(spdlog::level::info);
    all_.push_back({name, std::nullopt, std::move(logger)});
  }
  find(kRootLogger)->own = LogLevel::kInfo;
  apply_levels();
}

LoggerTree::Named* LoggerTree::find(std::string_view name) {
  const auto at = std::ranges::lower_bound(all_, name, {}, &Named::name);
  return at != all_.end() && at->name == name ? &*at : nullptr;
}

bool LoggerTree::contains(std::string_view name) const { return std::ranges::binary_search(kNames, name); }

spdlog::logger& LoggerTree::named(std::string_view name) {
  Named* const found = find(name);
  CHECK(found != nullptr);
  return *found->logger;
}

spdlog::logger& LoggerTree::of_file(std::string_view file) {
  const std::string folder = logger_name(file);
  for (std::string_view name = folder; !name.empty() && name != kRootLogger; name = parent(name))
    if (Named* const named = find(name)) return *named->logger;
  return *find(kRootLogger)->logger;
}

LogLevel LoggerTree::effective(const Named& named) {
  const Named* at = &named;
  while (!at->own) {
    std::string_view above = parent(at->name);
    while (find(above) == nullptr) above = parent(above);
    at = find(above);
  }
  return *at->own;
}

void LoggerTree::apply_levels() {
  for (const Named& named : all_) named.logger->set_level(to_spdlog(effective(named)));
}

std::vector<std::pair<std::string_view, LogLevel>> LoggerTree::levels() {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string_view, LogLevel>> levels;
  for (const Named& named : all_) levels.emplace_back(named.name, effective(named));
  return levels;
}

void LoggerTree::set(std::string_view name, std::optional<LogLevel> level) {
  const std::lock_guard lock(mutex_);
  Named* const named = find(name);
  CHECK(named != nullptr && (level || name != kRootLogger));
  named->own = level;
  apply_levels();
}

}  // namespace muir::server
