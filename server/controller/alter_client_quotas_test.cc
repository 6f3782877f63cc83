#include "server/controller/alter_client_quotas.h"

#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/controller/controller_fixture.h"

namespace muir::server {
namespace {

using Request = wire::AlterClientQuotasRequest;
using Entity = std::vector<std::pair<std::string_view, std::optional<std::string_view>>>;

struct ClientQuotaRequests : ::testing::Test {
  static Request::EntryData entry(const Entity& entity, std::string_view key, std::optional<double> value) {
    Request::EntryData entry;
    for (const auto& [type, name] : entity) entry.entity.push_back({.entity_type = type, .entity_name = name});
    entry.ops.push_back({.key = key, .value = value.value_or(0), .remove = !value});
    return entry;
  }
  std::vector<std::string> alter(const std::vector<Request::EntryData>& entries, bool validate_only = false) {
    Request request;
    request.entries = entries;
    request.validate_only = validate_only;
    auto context = world.context(1);
    context.unknown_hosts = &unknown_hosts;
    auto decision = world.controller.alter_client_quotas(context, request);
    records = decision.records.size();
    std::vector<std::string> results;
    for (const auto& result : world.run(std::move(decision)).entries) {
      results.push_back(result.error_code == wire::ErrorCode::NONE
                            ? "NONE"
                            : fmt::format("{}: {}", name(result.error_code), result.error_message.value_or("null")));
    }
    return results;
  }
  std::string set(const Entity& entity, std::string_view key, std::optional<double> value) {
    return alter({entry(entity, key, value)}).at(0);
  }
  std::optional<double> stored(const ClientQuotaEntity& entity, std::string_view key) const {
    const auto* found = world.controller.image().client_quotas.all().find(entity);
    if (found == nullptr) return std::nullopt;
    const auto at = (*found)->find(key);
    return at == (*found)->end() ? std::nullopt : std::optional(at->second);
  }

  const Entity alice = {{"user", "alice"}};
  std::set<std::string, std::less<>> unknown_hosts = {"nowhere"};
  std::size_t records = 0;
  ControllerFixture world;
};

TEST_F(ClientQuotaRequests, StoreChangeAndRemoveAQuota) {
  EXPECT_EQ(set(alice, "producer_byte_rate", 1000), "NONE");
  EXPECT_EQ(stored({{"user", "alice"}}, "producer_byte_rate"), 1000);
  EXPECT_EQ(set(alice, "producer_byte_rate", 2000), "NONE");
  EXPECT_EQ(stored({{"user", "alice"}}, "producer_byte_rate"), 2000);
  EXPECT_EQ(set(alice, "producer_byte_rate", std::nullopt), "NONE");
  EXPECT_TRUE(world.controller.image().client_quotas.all().empty());
}

TEST_F(ClientQuotaRequests, WriteNothingThatIsSoAlready) {
  set(alice, "producer_byte_rate", 1000);
  EXPECT_EQ(set(alice, "producer_byte_rate", 1000), "NONE");
  EXPECT_EQ(records, 0u);
  EXPECT_EQ(set(alice, "consumer_byte_rate", std::nullopt), "NONE");
  EXPECT_EQ(records, 0u);
}

TEST_F(ClientQuotaRequests, ADefaultIsAnEntityOfItsOwn) {
  EXPECT_EQ(set({{"user", std::nullopt}, {"client-id", "app"}}, "request_percentage", 12.5), "NONE");
  EXPECT_EQ(stored({{"user", std::nullopt}, {"client-id", "app"}}, "request_percentage"), 12.5);
  EXPECT_EQ(stored({{"client-id", "app"}}, "request_percentage"), std::nullopt);
}

TEST_F(ClientQuotaRequests, AreRefusedForEntitiesThatThereAreNot) {
  const std::string code = "INVALID_REQUEST: ";
  EXPECT_EQ(set({}, "producer_byte_rate", 1), code + "Invalid empty client quota entity");
  EXPECT_EQ(set({{"group", "g"}}, "producer_byte_rate", 1), code + "Unhandled client quota entity type: group");
  EXPECT_EQ(set({{"user", ""}}, "producer_byte_rate", 1), code + "Empty user not supported");
  EXPECT_EQ(set({{"ip", "10.0.0.1"}, {"user", "alice"}}, "connection_creation_rate", 1),
            code + "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId");
  EXPECT_EQ(set({{"ip", "nowhere"}}, "connection_creation_rate", 1),
            code + "nowhere is not a valid IP or resolvable host.");
}

TEST_F(ClientQuotaRequests, AreRefusedForValuesThatTheKeyDoesNotAllow) {
  const std::string code = "INVALID_REQUEST: ";
  EXPECT_EQ(set(alice, "connection_creation_rate", 1), code + "Invalid configuration key connection_creation_rate");
  EXPECT_EQ(set({{"ip", "10.0.0.1"}}, "producer_byte_rate", 1), code + "Invalid configuration key producer_byte_rate");
  EXPECT_EQ(set(alice, "producer_byte_rate", 0), code + "Quota producer_byte_rate must be greater than 0");
  EXPECT_EQ(set(alice, "producer_byte_rate", 1.5), code + "producer_byte_rate cannot be a fractional value.");
  EXPECT_EQ(set(alice, "producer_byte_rate", std::numeric_limits<double>::infinity()),
            code + "Proposed value for producer_byte_rate is too large for a LONG.");
  EXPECT_EQ(set({{"ip", std::nullopt}}, "connection_creation_rate", 3e9),
            code + "Proposed value for connection_creation_rate is too large for an INT.");
  EXPECT_EQ(set(alice, "request_percentage", 0.25), "NONE");
}

// One entity's mistake is not another's.
TEST_F(ClientQuotaRequests, ChangeEachEntityAsAWhole) {
  auto mixed = entry(alice, "producer_byte_rate", 1000);
  mixed.ops.push_back({.key = "nonsense", .value = 1});
  const auto results = alter({mixed, entry({{"user", "bob"}}, "producer_byte_rate", 7)});
  EXPECT_EQ(results, (std::vector<std::string>{"INVALID_REQUEST: Invalid configuration key nonsense", "NONE"}));
  EXPECT_EQ(stored({{"user", "alice"}}, "producer_byte_rate"), std::nullopt);
  EXPECT_EQ(stored({{"user", "bob"}}, "producer_byte_rate"), 7);
}

TEST_F(ClientQuotaRequests, AnswerAnEntityThatIsNamedTwiceOnce) {
  const auto results = alter({entry(alice, "producer_byte_rate", 1), entry(alice, "producer_byte_rate", 2)});
  EXPECT_EQ(
      results,
      (std::vector<std::string>{"INVALID_REQUEST: Ignoring duplicate entity ClientQuotaEntity(entries={user=alice})"}));
  EXPECT_EQ(stored({{"user", "alice"}}, "producer_byte_rate"), 1) << "Kafka keeps the first, too";
}

TEST_F(ClientQuotaRequests, OnlyTryWhenAskedTo) {
  EXPECT_EQ(alter({entry(alice, "producer_byte_rate", 1000)}, true), (std::vector<std::string>{"NONE"}));
  EXPECT_EQ(stored({{"user", "alice"}}, "producer_byte_rate"), std::nullopt);
}

}  // namespace
}  // namespace muir::server
