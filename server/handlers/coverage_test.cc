#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/handlers/api_table.h"
#include "wire/schema/registry.h"

namespace muir::server {
namespace {

constexpr std::int16_t kApiKeys = 93;
constexpr std::string_view kPage = "docs/coverage.md";

std::string listeners(const Api& api) {
  if (api.on_broker && api.on_controller) return "broker, controller";
  return api.on_broker ? "broker" : "controller";
}

// The page as the API table has it.
std::string render() {
  std::string page =
      "# Coverage\n\n"
      "Every API of Apache Kafka 4.3.1 and what of it Muir serves; what is not served is not advertised either.\n"
      "Written from the API table (`server/handlers/api_table.cc`) by `MUIR_WRITE_DOCS=1 "
      "build/dev/server_handlers_test`;\n"
      "a test holds the two together.\n\n"
      "| Key | API | Kafka's versions | Served | Listener |\n|--|--|--|--|--|\n";
  int served = 0;
  int all = 0;
  for (std::int16_t key = 0; key < kApiKeys; ++key) {
    const wire::MessageTable* request = wire::find_request(static_cast<wire::ApiKey>(key));
    if (request == nullptr) continue;
    ++all;
    const Api* api = find_api(key);
    if (api != nullptr) ++served;
    page += fmt::format("| {} | {} | {}-{} | {} | {} |\n", key, wire::name(static_cast<wire::ApiKey>(key)),
                        request->versions.min, request->versions.max,
                        api == nullptr ? "-" : fmt::format("{}-{}", api->version_min, api->version_max),
                        api == nullptr ? "-" : listeners(*api));
  }
  return page + fmt::format("\n{} of {} APIs.\n", served, all);
}

TEST(Coverage, ThePageSaysWhatTheApiTableSays) {
  const std::string expected = render();
  if (std::getenv("MUIR_WRITE_DOCS") != nullptr) std::ofstream(std::string(kPage)) << expected;
  std::ifstream file{std::string(kPage)};
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), expected) << "write it anew: MUIR_WRITE_DOCS=1 build/dev/server_handlers_test";
}

TEST(ApiTable, ServesNoVersionThatTheSchemaDoesNotHave) {
  for (const Api& api : api_table()) {
    const wire::MessageTable* request = wire::find_request(api.key);
    ASSERT_NE(request, nullptr);
    EXPECT_LE(request->versions.min, api.version_min) << wire::name(api.key);
    EXPECT_GE(request->versions.max, api.version_max) << wire::name(api.key);
  }
}

}  // namespace
}  // namespace muir::server
