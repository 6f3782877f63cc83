#include "auth/tls/tls_filter.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/tls/test_peer.h"

namespace muir::auth {
namespace {

using ::testing::HasSubstr;
using Context = std::shared_ptr<const TlsContext>;
using Auth = TlsSettings::ClientAuth;

struct TlsFilterTest : ::testing::Test {
  ManualClock clock;

  Context make(const TlsSettings& settings = test_settings(), std::string_view listener = "SSL") {
    auto context = TlsContext::create(settings, listener, clock);
    EXPECT_TRUE(context) << context.error().message;
    return context ? *context : nullptr;
  }
  std::string refusal(const TlsSettings& settings) {
    const auto context = TlsContext::create(settings, "SSL", clock);
    return context ? "accepted" : context.error().message;
  }
};

std::string decrypted(TlsFilter& filter, ByteView in, std::size_t at_once = 1000) {
  std::string text, piece(at_once, '\0');
  OwnedBytes out;
  for (;;) {
    const auto count = filter.decrypt(in, std::as_writable_bytes(std::span(piece)), out);
    if (!count || *count == 0) return text;
    text.append(piece, 0, *count);
  }
}

TEST_F(TlsFilterTest, CarriesBytesBothWaysInEitherVersion) {
  const Context context = make();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TestPeer peer({.version = version});
    TlsFilter filter(context);
    ASSERT_TRUE(peer.shake_hands(filter)) << filter.reason();
    const std::string large(100'000, 'x');

    peer.write(large);
    EXPECT_EQ(decrypted(filter, peer.take()), large);
    OwnedBytes out;
    ASSERT_TRUE(filter.encrypt(as_bytes(large), out));
    peer.give(out);

    EXPECT_EQ(peer.step(), large);
    EXPECT_EQ(filter.principal()->to_string(), "User:ANONYMOUS");
  }
}

// However the network cuts the bytes.
TEST_F(TlsFilterTest, TakesItsBytesOneByOne) {
  TestPeer peer;
  TlsFilter filter(make());
  for (int round = 0; round < 10 && !(filter.is_open() && peer.is_open()); ++round) {
    peer.step();
    for (const std::byte byte : peer.take()) {
      ByteView in(&byte, 1);
      OwnedBytes out;
      ASSERT_TRUE(filter.handshake(in, out));
      EXPECT_TRUE(in.empty());
      peer.give(out);
    }
  }
  peer.step();
  peer.write("hello");
  std::string text;
  for (const std::byte byte : peer.take()) text += decrypted(filter, {&byte, 1});
  EXPECT_EQ(text, "hello");
}

TEST_F(TlsFilterTest, PlainTextThatFindsNoRoomWaits) {
  TestPeer peer;
  TlsFilter filter(make());
  ASSERT_TRUE(peer.shake_hands(filter));
  peer.write("0123456789");
  peer.write("next");
  const OwnedBytes records = peer.take();
  ByteView in = records;
  OwnedBytes out;
  std::string text(4, '\0');

  EXPECT_EQ(*filter.decrypt(in, std::as_writable_bytes(std::span(text)), out), 4u);

  EXPECT_EQ(filter.pending(), 6u);
  EXPECT_FALSE(in.empty());  // The second record has not been looked at.
  EXPECT_EQ(*filter.look_for_plaintext(in, out), TlsFilter::Progress::done);
  EXPECT_EQ(decrypted(filter, in, 100), "456789next");
}

// What a Kafka client that speaks plain text sends first: answered by an alert it would see a frame of 352,518,912
// bytes.
TEST_F(TlsFilterTest, PlainTextIsMetWithSilence) {
  TlsFilter filter(make());
  const std::string api_versions("\0\0\0\x1b\0\x12\0\3", 8);
  ByteView in = as_bytes(api_versions);
  OwnedBytes out;
  EXPECT_EQ(filter.handshake(in, out).error(), TlsErrc::not_tls);
  EXPECT_TRUE(out.empty());
}

TEST_F(TlsFilterTest, NoStateBeforeTheFirstByte) {
  TlsFilter filter(make());
  ByteView in;
  OwnedBytes out;
  EXPECT_EQ(*filter.handshake(in, out), TlsFilter::Progress::needs_more);
  EXPECT_EQ(filter.protocol(), "");
  filter.close(out);
  EXPECT_TRUE(out.empty());
}

TEST_F(TlsFilterTest, ClientAuthDecidesWhoComesIn) {
  struct Case {
    Auth auth;
    bool has_certificate;
    const char* outcome;
  };
  const Case cases[] = {
      {Auth::none, false, "User:ANONYMOUS"},      {Auth::none, true, "User:ANONYMOUS"},
      {Auth::requested, false, "User:ANONYMOUS"}, {Auth::requested, true, "User:CN=broker,OU=Ops,O=Test"},
      {Auth::required, false, "refused"},         {Auth::required, true, "User:CN=broker,OU=Ops,O=Test"}};
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
    for (const Case& one : cases) {
      TlsSettings settings = test_settings();
      settings.client_auth = one.auth;
      TestPeer peer({.version = version, .has_certificate = one.has_certificate});
      TlsFilter filter(make(settings));
      const auto shaken = peer.shake_hands(filter);
      EXPECT_EQ(shaken ? filter.principal()->to_string() : "refused", one.outcome) << version;
    }
}

// A certificate that nobody vouches for is refused even where none is required.
TEST_F(TlsFilterTest, AnUntrustedCertificateIsRefused) {
  for (const Auth auth : {Auth::requested, Auth::required}) {
    TlsSettings settings = test_settings();
    settings.client_auth = auth;
    settings.truststore = {"PEM", std::nullopt, std::nullopt, std::nullopt};  // The machine's own authorities.
    TestPeer peer({.has_certificate = true});
    TlsFilter filter(make(settings));
    EXPECT_EQ(peer.shake_hands(filter).error(), TlsErrc::handshake_failed);
    EXPECT_THAT(filter.reason(), HasSubstr("certificate verify failed"));
  }
}

TEST_F(TlsFilterTest, ANameThatNoRuleKnowsIsRefused) {
  TlsSettings settings = test_settings();
  settings.client_auth = Auth::required;
  settings.principal_mapping_rules = "RULE:^CN=admin$/admin/";
  TestPeer peer({.has_certificate = true});
  TlsFilter filter(make(settings));
  ASSERT_TRUE(peer.shake_hands(filter));
  EXPECT_EQ(filter.principal().error(), TlsErrc::unknown_principal);
}

TEST_F(TlsFilterTest, OnlyEnabledProtocolsAndSuitesAreSpoken) {
  TlsSettings settings = test_settings();
  settings.enabled_protocols = {"TLSv1.3"};
  TestPeer old({.version = TLS1_2_VERSION});
  TlsFilter modern(make(settings));
  EXPECT_FALSE(old.shake_hands(modern));

  settings.enabled_protocols = {"TLSv1.2", "TLSv1.3"};
  settings.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"};
  const Context only_256 = make(settings);
  TestPeer peer({.version = TLS1_2_VERSION});
  TlsFilter filter(only_256);
  ASSERT_TRUE(peer.shake_hands(filter));
  EXPECT_STREQ(::SSL_get_cipher_name(peer.ssl()), "ECDHE-ECDSA-AES256-GCM-SHA384");
  TestPeer other({.version = TLS1_2_VERSION, .ciphers12 = "ECDHE-ECDSA-AES128-GCM-SHA256"});
  TlsFilter refusing(only_256);
  EXPECT_FALSE(other.shake_hands(refusing));
}

TEST_F(TlsFilterTest, SettingsThatLeaveNothingAreRefused) {
  TlsSettings settings = test_settings();
  settings.enabled_protocols = {"TLSv1.1"};
  EXPECT_THAT(refusal(settings), HasSubstr("leave nothing of TLSv1.2 and TLSv1.3"));
  settings.enabled_protocols = {"TLSv1.4"};
  EXPECT_THAT(refusal(settings), HasSubstr("Unsupported protocol TLSv1.4"));
  settings = test_settings();
  settings.cipher_suites = {"TLS_ECDHE_NO_SUCH"};
  EXPECT_THAT(refusal(settings), HasSubstr("Unsupported CipherSuite: TLS_ECDHE_NO_SUCH"));
  settings = test_settings();
  settings.protocol = "DTLS";
  EXPECT_THAT(refusal(settings), HasSubstr("ssl.protocol DTLS is not known"));
  settings = test_settings();
  settings.keystore.location.reset();
  settings.keystore.password.reset();
  EXPECT_THAT(refusal(settings), HasSubstr("there is no key store"));
}

TEST_F(TlsFilterTest, GoodbyeEndsTheConnectionInOrder) {
  TestPeer peer;
  TlsFilter filter(make());
  ASSERT_TRUE(peer.shake_hands(filter));
  peer.write("last words");
  ::SSL_shutdown(peer.ssl());
  const OwnedBytes bytes = peer.take();
  ByteView in = bytes;
  std::string text(100, '\0');
  OwnedBytes out;

  EXPECT_EQ(*filter.decrypt(in, std::as_writable_bytes(std::span(text)), out), 10u);

  EXPECT_EQ(filter.decrypt(in, std::as_writable_bytes(std::span(text)), out).error(), TlsErrc::closed);
  EXPECT_TRUE(filter.encrypt(as_bytes("an answer"), out));  // The other direction is still open.
  filter.close(out);
  peer.give(out);
  EXPECT_EQ(peer.step(), "an answer");
}

TEST_F(TlsFilterTest, ATamperedRecordEndsTheConnection) {
  TestPeer peer;
  TlsFilter filter(make());
  ASSERT_TRUE(peer.shake_hands(filter));
  peer.write("an order for 100");
  OwnedBytes bytes = peer.take();
  bytes.back() ^= std::byte{1};
  ByteView in = bytes;
  std::string text(100, '\0');
  OwnedBytes out;
  EXPECT_EQ(filter.decrypt(in, std::as_writable_bytes(std::span(text)), out).error(), TlsErrc::record_invalid);
  EXPECT_FALSE(out.empty());  // The alert.
  EXPECT_FALSE(filter.encrypt(as_bytes("text"), out));
}

TEST_F(TlsFilterTest, ARenegotiationIsRefused) {
  TestPeer peer({.version = TLS1_2_VERSION});
  TlsFilter filter(make());
  ASSERT_TRUE(peer.shake_hands(filter));
  ::SSL_renegotiate(peer.ssl());
  ::SSL_do_handshake(peer.ssl());
  const OwnedBytes hello = peer.take();
  ASSERT_FALSE(hello.empty());
  ByteView in = hello;
  std::string text(100, '\0');
  OwnedBytes out;
  const auto read = filter.decrypt(in, std::as_writable_bytes(std::span(text)), out);
  EXPECT_TRUE(!read || *read == 0);
  peer.give(out);
  EXPECT_NE(::SSL_do_handshake(peer.ssl()), 1);
}

using SessionPtr = std::unique_ptr<SSL_SESSION, FreeWith<SSL_SESSION_free>>;

// A session as the peer would keep it, tickets included.
SessionPtr session_with(const Context& context, int version = TLS1_3_VERSION) {
  TestPeer peer({.version = version, .has_certificate = true});
  TlsFilter filter(context);
  EXPECT_TRUE(peer.shake_hands(filter));
  OwnedBytes out;
  EXPECT_TRUE(filter.encrypt(as_bytes("text"), out));
  peer.give(out);
  peer.step();
  SessionPtr session(::SSL_get1_session(peer.ssl()));
  EXPECT_EQ(::SSL_SESSION_is_resumable(session.get()), 1);
  EXPECT_EQ(::SSL_SESSION_has_ticket(session.get()), 1);
  return session;
}

bool is_resumed(const Context& context, const SessionPtr& session, int version = TLS1_3_VERSION) {
  TestPeer peer({.version = version, .session = session.get()});
  TlsFilter filter(context);
  EXPECT_TRUE(peer.shake_hands(filter)) << filter.reason();
  if (!filter.is_resumed()) return false;
  EXPECT_EQ(filter.principal()->to_string(), "User:CN=broker,OU=Ops,O=Test");
  return true;
}

TEST_F(TlsFilterTest, ATicketResumesWithTheSamePrincipal) {
  TlsSettings settings = test_settings();
  settings.client_auth = Auth::requested;
  const Context context = make(settings);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
    EXPECT_TRUE(is_resumed(context, session_with(context, version), version)) << version;
}

TEST_F(TlsFilterTest, ATicketIsWorthNothingAtAnotherListenerOrCertificate) {
  TlsSettings settings = test_settings();
  settings.client_auth = Auth::requested;
  const Context context = make(settings);
  EXPECT_FALSE(is_resumed(make(settings), session_with(context)));
  EXPECT_FALSE(is_resumed(make(settings, "OTHER"), session_with(context)));
}

TEST_F(TlsFilterTest, TicketKeysAreReplaced) {
  TlsSettings settings = test_settings();
  settings.client_auth = Auth::requested;
  const Context context = make(settings);
  const SessionPtr session = session_with(context);
  clock.advance(TicketKeys::kPeriod);
  EXPECT_TRUE(is_resumed(context, session));
  clock.advance(TicketKeys::kPeriod);
  EXPECT_FALSE(is_resumed(context, session));
}

TEST_F(TlsFilterTest, ASuccessorHasTheSameNames) {
  const Context one = make();
  EXPECT_TRUE(make()->check_successor_of(*one));
  TlsSettings settings;
  settings.keystore.type = "PEM";
  settings.keystore.certificates = test_file("other-chain.pem");
  settings.key = test_file("other-key.pem");
  EXPECT_THAT(make(settings)->check_successor_of(*one).error().message, HasSubstr("DistinguishedName does not match"));
  settings.allow_dn_changes = true;
  EXPECT_THAT(make(settings)->check_successor_of(*one).error().message, HasSubstr("SubjectAltNames do not match"));
  settings.allow_san_changes = true;
  EXPECT_TRUE(make(settings)->check_successor_of(*one));
}

}  // namespace
}  // namespace muir::auth
