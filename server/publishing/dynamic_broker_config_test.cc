#include "server/publishing/dynamic_broker_config.h"

#include <vector>

#include <gtest/gtest.h>

namespace muir::server {
namespace {

std::shared_ptr<const BrokerConfig> file() {
  auto config = BrokerConfig::load(BrokerConfig::embedded_default());
  EXPECT_TRUE(config);
  return std::make_shared<const BrokerConfig>(std::move(*config));
}

// A broker whose running parts take note of what they are told.
struct DynamicSettings : ::testing::Test {
  void set(std::string_view broker, std::string_view key, std::optional<std::string_view> value) {
    wire::ConfigRecord record;
    record.resource_type = 4;
    record.resource_name = broker;
    record.name = key;
    record.value = value;
    MetadataChanges changes;
    ASSERT_TRUE(image.configs.apply(record, changes));
    config.apply(now(), changes).run_inline();
  }
  MetadataImagePtr now() const { return std::make_shared<const MetadataImage>(image); }
  Task<void> take_note(DynamicBrokerConfig::ConfigPtr told) {
    applied.push_back(std::move(told));
    co_return;
  }

  MetadataImage image;
  std::vector<DynamicBrokerConfig::ConfigPtr> applied;
  DynamicBrokerConfig config{file(), [this](auto told) { return take_note(std::move(told)); }};
};

TEST_F(DynamicSettings, OfThisBrokerStandOverThoseOfAll) {
  set("", "message.max.bytes", "2000");
  set("1", "message.max.bytes", "3000");
  ASSERT_EQ(applied.size(), 2u);
  EXPECT_EQ(applied[0]->message_max_bytes, 2000);
  EXPECT_EQ(applied[1]->message_max_bytes, 3000);
  set("1", "message.max.bytes", std::nullopt);
  EXPECT_EQ(config.current()->message_max_bytes, 2000);
}

TEST_F(DynamicSettings, OfAnotherBrokerAreNotOurs) {
  set("2", "message.max.bytes", "2000");
  EXPECT_TRUE(applied.empty());
}

TEST_F(DynamicSettings, ThatChangeNothingAreNotApplied) {
  set("", "message.max.bytes", "2000");
  set("", "message.max.bytes", "2000");
  EXPECT_EQ(applied.size(), 1u);
}

TEST_F(DynamicSettings, OfThisBrokerWrittenAgainMeanThatItsFilesAreReadAgain) {
  set("1", "listener.name.plaintext.ssl.keystore.location", "/etc/store");
  set("1", "listener.name.plaintext.ssl.keystore.location", "/etc/store");
  EXPECT_EQ(applied.size(), 2u);
}

// A ConfigRecord must never stop a broker: another may have written it, with other rules.
TEST_F(DynamicSettings, ThatAreNoneAreLeftOut) {
  set("", "message.max.bytes", "many");
  EXPECT_EQ(config.current()->message_max_bytes, file()->message_max_bytes);
  set("", "log.retention.ms", "1234");
  EXPECT_EQ(config.current()->value("log.retention.ms"), "1234");
}

TEST_F(DynamicSettings, AreReadAtTheStart) {
  set("", "max.connections", "77");
  DynamicBrokerConfig restarted(file(), [this](auto told) { return take_note(std::move(told)); });
  MetadataChanges everything;
  everything.is_snapshot = true;
  restarted.apply(now(), everything).run_inline();
  EXPECT_EQ(restarted.current()->max_connections, 77);
}

}  // namespace
}  // namespace muir::server
