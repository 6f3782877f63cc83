#include "server/runtime/loggers.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "server/runtime/log.h"

namespace muir::server {
namespace {

LogLevel level_of(std::string_view name) {
  const auto levels = logger_levels();
  const auto at = std::ranges::find(levels, name, [](const auto& one) { return one.first; });
  EXPECT_NE(at, levels.end()) << name;
  return at->second;
}

// Leaves the loggers as it found them.
struct Loggers : ::testing::Test {
  ~Loggers() override {
    set_logger_level(kRootLogger, LogLevel::kInfo);
    for (const std::string_view name : {"server", "server.net"}) unset_logger_level(name);
  }
};

TEST_F(Loggers, HaveTheLevelOfTheNextAboveThatHasOne) {
  EXPECT_EQ(level_of("server.net"), LogLevel::kInfo);
  set_logger_level(kRootLogger, LogLevel::kWarn);
  EXPECT_EQ(level_of("server.net"), LogLevel::kWarn);
  set_logger_level("server", LogLevel::kDebug);
  EXPECT_EQ(level_of("server.net"), LogLevel::kDebug);
  EXPECT_EQ(level_of(kRootLogger), LogLevel::kWarn);
  set_logger_level("server.net", LogLevel::kError);
  EXPECT_EQ(level_of("server.net"), LogLevel::kError);
  EXPECT_EQ(level_of("server.replica"), LogLevel::kDebug);
  unset_logger_level("server.net");
  EXPECT_EQ(level_of("server.net"), LogLevel::kDebug);
}

TEST_F(Loggers, AreKnownByName) {
  EXPECT_TRUE(is_logger("root"));
  EXPECT_TRUE(is_logger("server.handlers"));
  EXPECT_FALSE(is_logger("kafka.server.KafkaApis"));
}

TEST_F(Loggers, LevelsAreSpelledAsKafkaDoes) {
  EXPECT_EQ(log_level_of("WARN"), LogLevel::kWarn);
  EXPECT_EQ(name(LogLevel::kFatal), "FATAL");
  EXPECT_EQ(log_level_of("OFF"), std::nullopt);
  EXPECT_EQ(log_level_of("warn"), std::nullopt);
}

// This file lies in server/runtime.
TEST_F(Loggers, TheFolderOfAFileIsItsLogger) {
  EXPECT_FALSE(log_enabled(LogLevel::kDebug, "event"));
  set_logger_level("server.runtime", LogLevel::kDebug);
  EXPECT_TRUE(log_enabled(LogLevel::kDebug, "event"));
  EXPECT_FALSE(log_enabled(LogLevel::kTrace, "event"));
  unset_logger_level("server.runtime");
  set_logger_level("server.net", LogLevel::kDebug);
  EXPECT_FALSE(log_enabled(LogLevel::kDebug, "event"));
}

TEST_F(Loggers, LinesBelowTheLevelAreNotWritten) {
  ::testing::internal::CaptureStdout();
  set_logger_level(kRootLogger, LogLevel::kError);
  log_warn("unheard");
  log_error("heard", field("by", "all"));
  const std::string out = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(out.find("unheard"), std::string::npos);
  EXPECT_NE(out.find("] ERROR heard by=all"), std::string::npos);
}

}  // namespace
}  // namespace muir::server
