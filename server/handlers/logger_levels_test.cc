#include "server/handlers/logger_levels.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "server/runtime/loggers.h"

namespace muir::server {
namespace {

using Resource = wire::IncrementalAlterConfigsRequest::AlterConfigsResource;

constexpr NodeId kThisNode{1};
constexpr std::int8_t kSet = 0, kDelete = 1, kAppend = 2;

// Changes of the loggers of node "1", undone at the end.
struct LoggerLevels : ::testing::Test {
  ~LoggerLevels() override {
    set_logger_level(kRootLogger, LogLevel::kInfo);
    unset_logger_level("server.net");
  }
  std::string alter(Resource resource, bool validate_only = false) {
    const auto error = alter_loggers(resource, kThisNode, validate_only);
    return error.failed() ? std::string(wire::name(error.code)) + ": " + error.message.value_or("null") : "NONE";
  }
  static Resource of(std::string_view logger, std::int8_t operation, std::optional<std::string_view> level,
                     std::string_view node = "1") {
    Resource resource;
    resource.resource_name = node;
    resource.configs.push_back({.name = logger, .config_operation = operation, .value = level});
    return resource;
  }
  static LogLevel level_of(std::string_view name) {
    const auto levels = logger_levels();
    return std::ranges::find(levels, name, [](const auto& one) { return one.first; })->second;
  }
};

TEST_F(LoggerLevels, AreSetAndUnset) {
  EXPECT_EQ(alter(of("server.net", kSet, "DEBUG")), "NONE");
  EXPECT_EQ(level_of("server.net"), LogLevel::kDebug);
  EXPECT_EQ(alter(of("server.net", kDelete, std::nullopt)), "NONE");
  EXPECT_EQ(level_of("server.net"), LogLevel::kInfo);
}

TEST_F(LoggerLevels, ChangeAllOrNothing) {
  auto resource = of("server.net", kSet, "DEBUG");
  resource.configs.push_back({.name = "root", .config_operation = kDelete});
  EXPECT_EQ(alter(resource), "INVALID_REQUEST: Removing the log level of the root logger is not allowed");
  EXPECT_EQ(level_of("server.net"), LogLevel::kInfo);
  EXPECT_EQ(alter(of("server.net", kSet, "DEBUG"), true), "NONE");
  EXPECT_EQ(level_of("server.net"), LogLevel::kInfo);
}

TEST_F(LoggerLevels, AreRefusedInKafkasWords) {
  EXPECT_EQ(alter(of("nobody", kSet, "DEBUG")), "INVALID_CONFIG: Logger nobody does not exist!");
  EXPECT_EQ(alter(of("server.net", kSet, "LOUD")),
            "INVALID_CONFIG: Cannot set the log level of server.net to LOUD as it is not a supported log level. Valid "
            "log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN");
  EXPECT_EQ(alter(of("server.net", kAppend, "DEBUG")),
            "INVALID_REQUEST: APPEND operation is not allowed for the BROKER_LOGGER resource");
  EXPECT_EQ(alter(of("server.net", kSet, "DEBUG", "me")), "INVALID_REQUEST: Node id must be an integer, but it is: me");
  EXPECT_EQ(alter(of("server.net", kSet, "DEBUG", "2")),
            "INVALID_REQUEST: Unexpected node id. Expected 1, but received 2");
}

}  // namespace
}  // namespace muir::server
