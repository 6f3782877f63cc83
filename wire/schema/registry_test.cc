#include "wire/schema/registry.h"

#include <gtest/gtest.h>

#include "wire/codec/errc.h"
#include "wire/codec/error_code.h"
#include "wire/schema/fetch_request.h"

namespace muir::wire {
namespace {

// Those with a live version in the artifacts of 4.3.1: clients 190, metadata 26, group coordinator 44, transaction
// coordinator 2, share coordinator 4, raft 1, storage 5.
TEST(Registry, KnowsEveryMessageOfKafka431) {
  int versions = 0;
  for (const MessageTable* message : all_messages()) versions += message->versions.max - message->versions.min + 1;

  EXPECT_EQ(all_messages().size(), 272u);
  EXPECT_EQ(versions, 728);
}

TEST(Registry, FindsMessagesByNameKeyAndType) {
  EXPECT_EQ(find_message("FetchRequest"), &FetchRequest::table());
  EXPECT_EQ(find_message("LeaderAndIsrRequest"), nullptr);
  EXPECT_EQ(find_request(ApiKey::FETCH), &FetchRequest::table());
  EXPECT_EQ(find_response(ApiKey::FETCH)->name, "FetchResponse");
  EXPECT_EQ(find_metadata_record(3)->name, "PartitionRecord");
  EXPECT_EQ(find_metadata_record(6), nullptr);
  EXPECT_EQ(find_metadata_record(0xffffffff), nullptr);
}

TEST(Registry, KnowsNoKeyThatIsNotOnTheWire) {
  for (const int key : {-1, 4, 7, 93, 32767}) {
    EXPECT_EQ(find_request(ApiKey{static_cast<std::int16_t>(key)}), nullptr) << key;
    EXPECT_EQ(name(ApiKey{static_cast<std::int16_t>(key)}), "") << key;
  }
  EXPECT_EQ(name(ApiKey::ADD_PARTITIONS_TO_TXN), "ADD_PARTITIONS_TO_TXN");
}

// What a stock 4.3.1 may answer to ApiVersions: 77 requests for brokers, telemetry among them, and 41 for controllers.
TEST(Registry, KnowsWhoListensToWhat) {
  int broker = 0;
  int controller = 0;
  int unstable = 0;
  for (const MessageTable* message : all_messages()) {
    broker += (message->listeners & kBrokerListener) != 0;
    controller += (message->listeners & kControllerListener) != 0;
    unstable += message->latest_version_unstable && message->type == MessageType::request;
  }
  EXPECT_EQ(broker, 77);
  EXPECT_EQ(controller, 41);
  EXPECT_EQ(unstable, 1);
  EXPECT_TRUE(find_request(ApiKey::INIT_PRODUCER_ID)->latest_version_unstable);
}

TEST(Registry, KnowsTheHeaderOfEachVersion) {
  EXPECT_EQ(request_header_version(ApiKey::FETCH, 11).value(), 1);
  EXPECT_EQ(request_header_version(ApiKey::FETCH, 12).value(), 2);
  EXPECT_EQ(response_header_version(ApiKey::FETCH, 11).value(), 0);
  EXPECT_EQ(response_header_version(ApiKey::FETCH, 12).value(), 1);
  EXPECT_EQ(request_header_version(ApiKey::SASL_HANDSHAKE, 1).value(), 1);
  EXPECT_EQ(request_header_version(ApiKey{4}, 0).error(), Errc::unknown_message);
  EXPECT_EQ(response_header_version(ApiKey{4}, 0).error(), Errc::unknown_message);
}

// KIP-511.
TEST(Registry, AnswersApiVersionsUnderTheOldestHeader) {
  EXPECT_EQ(request_header_version(ApiKey::API_VERSIONS, 3).value(), 2);
  EXPECT_EQ(response_header_version(ApiKey::API_VERSIONS, 3).value(), 0);
}

TEST(Registry, SpellsErrorCodesAsKafkaDoes) {
  EXPECT_EQ(name(ErrorCode::UNKNOWN_SERVER_ERROR), "UNKNOWN_SERVER_ERROR");
  EXPECT_EQ(name(ErrorCode::NONE), "NONE");
  EXPECT_EQ(name(ErrorCode::NOT_LEADER_OR_FOLLOWER), "NOT_LEADER_OR_FOLLOWER");
  EXPECT_EQ(name(ErrorCode{999}), "");
}

}  // namespace
}  // namespace muir::wire
