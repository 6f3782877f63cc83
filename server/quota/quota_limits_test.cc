#include "server/quota/quota_limits.h"

#include <gtest/gtest.h>

#include "server/quota/transcript.h"

namespace muir::server {
namespace {

// "-": nobody; "*": the default of those without one of their own.
QuotaName name_of(const std::string& word) {
  if (word == "-") return {};
  return word == "*" ? QuotaName::any() : QuotaName::given(word);
}

TEST(QuotaLimits, ResolveAsKafka) {
  QuotaLimits limits;
  for_each_line("entities.txt", [&](std::istringstream& words) {
    std::string what;
    std::string user;
    std::string client;
    std::string bound;
    words >> what >> user >> client >> bound;
    if (what == "quotas") {
      limits = {};
    } else if (what == "set") {
      limits.set(QuotaType::fetch, name_of(user), name_of(client), std::stod(bound));
    } else {
      const auto limit = limits.resolve(QuotaType::fetch, user, client == "-" ? "" : client);
      ASSERT_EQ(limit.has_value(), bound != "-");
      if (limit) {
        EXPECT_EQ(limit->bound, std::stod(bound));
      }
    }
  });
}

TEST(QuotaLimits, SayWithWhomAQuotaIsShared) {
  QuotaLimits limits;
  limits.set(QuotaType::produce, QuotaName::any(), {}, 1);
  limits.set(QuotaType::produce, QuotaName::given("a"), QuotaName::any(), 2);
  limits.set(QuotaType::produce, {}, QuotaName::any(), 3);

  EXPECT_EQ(limits.resolve(QuotaType::produce, "a", "x")->entity, (QuotaEntity{QuotaType::produce, "a", "x"}));
  EXPECT_EQ(limits.resolve(QuotaType::produce, "b", "x")->entity, (QuotaEntity{QuotaType::produce, "b", ""}));
  EXPECT_FALSE(limits.resolve(QuotaType::fetch, "a", "x"));
}

TEST(QuotaLimits, OfClientIdsAreSharedByAllUsers) {
  QuotaLimits limits;
  limits.set(QuotaType::produce, {}, QuotaName::any(), 3);
  EXPECT_EQ(limits.resolve(QuotaType::produce, "a", "x")->entity, (QuotaEntity{QuotaType::produce, "", "x"}));
  EXPECT_FALSE(limits.resolve(QuotaType::produce, "a", ""));
}

}  // namespace
}  // namespace muir::server
