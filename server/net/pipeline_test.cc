#include "server/net/pipeline.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

std::string head(std::int16_t key, std::int16_t version) {
  std::string bytes(4, '\0');
  store_big_endian(reinterpret_cast<std::byte*>(bytes.data()), key);
  store_big_endian(reinterpret_cast<std::byte*>(bytes.data()) + 2, version);
  return bytes;
}

std::string head(const Api& api, std::int16_t version) { return head(static_cast<std::int16_t>(api.key), version); }

Session session(bool is_controller_listener, bool is_authenticated = true) {
  Session session;
  session.is_controller_listener = is_controller_listener;
  session.is_authenticated = is_authenticated;
  return session;
}

bool belongs_to_a_login(wire::ApiKey key) {
  return key == wire::ApiKey::API_VERSIONS || key == wire::ApiKey::SASL_HANDSHAKE ||
         key == wire::ApiKey::SASL_AUTHENTICATE;
}

TEST(Admission, OnlyWhatALoginNeedsIsServedBeforeTheClientHasSaidWhoItIs) {
  for (const Api& api : api_table()) {
    for (const bool on_controller : {false, true}) {
      const auto admitted = admit(session(on_controller, false), as_bytes(head(api, api.version_min)));
      EXPECT_EQ(admitted.api != nullptr, belongs_to_a_login(api.key)) << static_cast<int>(api.key);
    }
  }
}

TEST(Admission, EveryAdvertisedVersionIsServedOnItsListenersAndTheOnesBesideThemAreNot) {
  for (const Api& api : api_table()) {
    for (const bool on_controller : {false, true}) {
      const Session who = session(on_controller);
      const bool is_here = on_controller ? api.on_controller : api.on_broker;
      for (int version = api.version_min - 1; version <= api.version_max + 1; ++version) {
        const bool is_known = api.version_min <= version && version <= api.version_max;
        const bool expected = is_here && (is_known || api.key == wire::ApiKey::API_VERSIONS);
        const auto admitted = admit(who, as_bytes(head(api, static_cast<std::int16_t>(version))));
        EXPECT_EQ(admitted.api == &api, expected) << static_cast<int>(api.key) << " version " << version;
        EXPECT_EQ(admitted.refusal.empty(), expected);
      }
    }
  }
}

TEST(Admission, AKeyThatIsNobodysAndAFrameWithoutOneAreRefused) {
  for (const int key : {-1, 999, 32767, -32768}) {
    EXPECT_EQ(admit(session(false), as_bytes(head(static_cast<std::int16_t>(key), 0))).api, nullptr) << key;
  }
  for (std::size_t size = 0; size < 4; ++size) {
    EXPECT_EQ(admit(session(false), as_bytes(head(18, 0)).first(size)).api, nullptr) << size;
  }
}

TEST(Overlap, OnlyAProduceMayBeginWhileAnotherRequestWaits) {
  for (const Api& api : api_table()) {
    const std::string bytes = head(api, api.version_min);
    EXPECT_EQ(may_overlap(Frame{{}, as_bytes(bytes), {}}), api.key == wire::ApiKey::PRODUCE);
  }
}

}  // namespace
}  // namespace muir::server
