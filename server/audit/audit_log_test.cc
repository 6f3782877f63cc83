#include "server/audit/audit_log.h"

#include <string>

#include <gmock/gmock.h>

#include "server/runtime/loggers.h"

namespace muir::server {
namespace {

using ::testing::HasSubstr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStdout;

struct Audit : ::testing::Test {
  ~Audit() override { unset_logger_level("server.audit"); }

  // What is written when READ of the topic has been decided.
  std::string written(bool is_allowed, AuditPurpose purpose = AuditPurpose::access, std::string_view topic = "t") {
    const auth::Principal alice{"User", "alice"};
    const auth::Resource resource{auth::ResourceType::TOPIC, topic};
    const auth::Decision decision{is_allowed,
                                  is_allowed ? auth::Decision::Rule::super_user : auth::Decision::Rule::default_deny};
    CaptureStdout();
    audit.decided({{alice, "10.0.0.1"}, auth::Operation::READ, resource, wire::ApiKey::FETCH}, decision, purpose);
    std::fflush(stdout);
    return GetCapturedStdout();
  }

  ManualClock clock;
  AuditLog audit{clock};
};

TEST_F(Audit, DenialStandsInKafkasWords) {
  EXPECT_THAT(written(false),
              HasSubstr("INFO Principal = User:alice is Denied operation = READ from host = 10.0.0.1 on "
                        "resource = Topic:LITERAL:t for request = FETCH based on rule DefaultDeny"));
}

TEST_F(Audit, WhatWasAllowedStandsThereAtDebug) {
  EXPECT_EQ(written(true), "");
  set_logger_level("server.audit", LogLevel::kDebug);
  EXPECT_THAT(written(true), HasSubstr("is Allowed operation = READ"));
  EXPECT_EQ(written(false, AuditPurpose::filter), "");
  set_logger_level("server.audit", LogLevel::kTrace);
  EXPECT_THAT(written(false, AuditPurpose::filter), HasSubstr("is Denied"));
}

TEST_F(Audit, NoNameForgesALineOrFillsTheLog) {
  const std::string line =
      written(false, AuditPurpose::access, "x\n[2026] INFO Principal = User:root" + std::string(5000, 'y'));
  EXPECT_THAT(line, HasSubstr("x\\x0a[2026]"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_LT(line.size(), 1000u);
}

TEST_F(Audit, DenialsOfASecondAreBounded) {
  std::size_t lines = 0;
  for (std::uint32_t i = 0; i < AuditLog::kLinesPerSecondMax + 50; ++i) lines += !written(false).empty();
  EXPECT_EQ(lines, AuditLog::kLinesPerSecondMax);
  clock.advance(std::chrono::milliseconds(1000));
  const std::string next = written(false);
  EXPECT_THAT(next, HasSubstr("WARN Denials that were not written count=50"));
  EXPECT_THAT(next, HasSubstr("is Denied"));
}

}  // namespace
}  // namespace muir::server
