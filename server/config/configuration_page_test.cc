#include "server/config/configuration_page.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace muir::server {
namespace {

constexpr const char* kPage = "docs/configuration.md";
constexpr const char* kMark = "<!-- generated below: MUIR_WRITE_DOCS=1 build/dev/server_config_test -->\n";

// The page is written by hand down to the mark and by the tables below it.
TEST(ConfigurationPage, SaysWhatTheTablesSay) {
  std::ifstream in(kPage);
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  const auto mark = page.find(kMark);
  ASSERT_NE(mark, std::string::npos);
  const std::string by_hand = page.substr(0, mark) + kMark;
  if (std::getenv("MUIR_WRITE_DOCS") != nullptr) {
    std::ofstream(kPage) << by_hand << "\n" << render_configuration_tables();
    return;
  }
  EXPECT_TRUE(page == by_hand + "\n" + render_configuration_tables())
      << kPage << " is not what the tables say; run the program with MUIR_WRITE_DOCS=1";
}

}  // namespace
}  // namespace muir::server
