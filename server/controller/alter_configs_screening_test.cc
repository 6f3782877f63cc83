#include "server/controller/alter_configs_screening.h"

#include <string>

#include <gtest/gtest.h>

// The sentences in this file were observed: they are what an Apache Kafka 4.3.1 broker answered, or read from it.
namespace muir::server {
namespace {

wire::IncrementalAlterConfigsRequest request_for(std::int8_t type, std::string_view name, std::string_view key,
                                                 std::optional<std::string_view> value, std::int8_t operation = 0) {
  wire::IncrementalAlterConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = type;
  resource.resource_name = name;
  auto& config = resource.configs.emplace_back();
  config.name = key;
  config.value = value;
  config.config_operation = operation;
  return request;
}

// By a broker whose settings are all in order, and that has no logger.
Screened<wire::IncrementalAlterConfigsRequest> screen_one(const wire::IncrementalAlterConfigsRequest& request) {
  return screen(
      request, NodeId{1}, [](const auto&, const auto&) { return std::nullopt; },
      [](const auto&) { return ApiError(wire::ErrorCode::INVALID_CONFIG, "no such logger"); });
}

std::string answer(const wire::IncrementalAlterConfigsRequest& request) {
  const auto screened = screen_one(request);
  const auto& first = screened.answers.at(0);
  EXPECT_EQ(screened.remaining.resources.empty(), first.has_value());
  return first ? std::string(wire::name(first->code)) + ": " + first->message.value_or("null") : "to the controller";
}

TEST(AlterConfigsScreening, LeavesTopicsGroupsAndClientMetricsToTheController) {
  for (const std::int8_t type : {2, 16, 32}) EXPECT_EQ(answer(request_for(type, "x", "k", "v")), "to the controller");
}

TEST(AlterConfigsScreening, RefusesSettingsWithoutAValueUnlessTheyAreDeleted) {
  EXPECT_EQ(answer(request_for(2, "t", "retention.ms", std::nullopt)),
            "INVALID_REQUEST: Null value not supported for : retention.ms");
  EXPECT_EQ(answer(request_for(2, "t", "retention.ms", std::nullopt, 1)), "to the controller");
}

TEST(AlterConfigsScreening, RefusesRepetitions) {
  auto keys = request_for(2, "t", "retention.ms", "1");
  keys.resources[0].configs.push_back(keys.resources[0].configs[0]);
  EXPECT_EQ(answer(keys), "INVALID_REQUEST: Error due to duplicate config keys");
  auto resources = request_for(2, "t", "retention.ms", "1");
  resources.resources.push_back(resources.resources[0]);
  EXPECT_EQ(answer(resources), "INVALID_REQUEST: Each resource must appear at most once.");
}

TEST(AlterConfigsScreening, AcceptsBrokerSettingsForThisBrokerOrAll) {
  EXPECT_EQ(answer(request_for(4, "", "k", "v")), "to the controller");
  EXPECT_EQ(answer(request_for(4, "1", "k", "v")), "to the controller");
  EXPECT_EQ(answer(request_for(4, "2", "k", "v")), "INVALID_REQUEST: Unexpected broker id, expected 1, but received 2");
  EXPECT_EQ(answer(request_for(4, "x", "k", "v")), "INVALID_REQUEST: Node id must be an integer, but it is: x");
  EXPECT_EQ(answer(request_for(4, "1", "k", "v", 9)), "INVALID_REQUEST: Unknown operations type 9");
  EXPECT_EQ(answer(request_for(3, "1", "k", "v")), "INVALID_REQUEST: Unknown resource type 3");
}

// Loggers are this broker's alone, and AlterConfigs has never known them.
TEST(AlterConfigsScreening, AnswersForLoggersByItself) {
  EXPECT_EQ(answer(request_for(8, "1", "root", "DEBUG")), "INVALID_CONFIG: no such logger");
  wire::AlterConfigsRequest legacy;
  auto& resource = legacy.resources.emplace_back();
  resource.resource_type = 8;
  const auto screened = screen(legacy, NodeId{1}, [](const auto&, const auto&) { return std::nullopt; });
  EXPECT_EQ(screened.answers.at(0)->message, "Unknown resource type 8");
}

TEST(AlterConfigsScreening, PutsBothHalvesInTheOrderOfTheRequest) {
  auto request = request_for(4, "2", "k", "v");
  request.resources.push_back(request_for(2, "t", "k", "v").resources[0]);
  request.resources.push_back(request_for(2, "lost", "k", "v").resources[0]);
  const auto screened = screen_one(request);
  wire::IncrementalAlterConfigsResponse controller;
  auto& result = controller.responses.emplace_back();
  result.resource_type = 2;
  result.resource_name = "t";
  result.error_message.reset();
  Texts texts;

  const auto response = reassemble(request, screened.answers, controller, texts);

  ASSERT_EQ(response.responses.size(), 3u);
  EXPECT_EQ(response.responses[0].error_code, wire::ErrorCode::INVALID_REQUEST);
  EXPECT_EQ(response.responses[1].error_code, wire::ErrorCode::NONE);
  EXPECT_EQ(response.responses[2].error_code, wire::ErrorCode::UNKNOWN_SERVER_ERROR);
}

}  // namespace
}  // namespace muir::server
