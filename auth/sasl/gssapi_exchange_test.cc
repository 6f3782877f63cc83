#include "auth/sasl/gssapi_exchange.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <krb5/krb5.h>

#include "auth/sasl/gss_acceptor.h"

namespace muir::auth {
namespace {

using Verdict = SaslStep::Verdict;

// A mechanism that says what it is told to, and protects messages with a [] round them.
struct Script {
  std::vector<GssResult<GssContext::Accepted>> accepts;
  std::string peer = "alice/host@REALM";
};

class FakeContext final : public GssContext {
 public:
  explicit FakeContext(Script script) : script_(std::move(script)) {}
  GssResult<Accepted> accept(ByteView) override {
    if (at_ == script_.accepts.size()) return GssError::of("nothing more");
    return script_.accepts[at_++];
  }
  GssResult<std::string> wrap(ByteView message) override { return "[" + std::string(as_text(message)) + "]"; }
  GssResult<std::string> unwrap(ByteView token) override {
    const std::string_view text = as_text(token);
    if (!text.starts_with('[') || !text.ends_with(']') || text.size() < 2) return GssError::of("not protected");
    return std::string(text.substr(1, text.size() - 2));
  }
  GssResult<std::string> peer() override { return script_.peer; }

 private:
  const Script script_;
  std::size_t at_ = 0;
};

const std::string kOffer("[\1\1\0\0]", 6);
const std::string kChoice("[\1\0\0\0]", 6);

class GssapiExchangeTest : public testing::Test {
 protected:
  void begin(std::vector<GssResult<GssContext::Accepted>> accepts, std::string peer = "alice/host@REALM") {
    exchange_ = std::make_unique<GssapiExchange>(
        std::make_unique<FakeContext>(Script{std::move(accepts), std::move(peer)}), names_);
  }
  SaslStep say(std::string_view text) { return exchange_->evaluate(as_bytes(text)); }
  void up_to_the_offer() {
    begin({GssContext::Accepted{true, ""}});
    ASSERT_EQ(say("token").answer, kOffer);
  }

  const KerberosShortNamer names_ = *KerberosShortNamer::parse({"DEFAULT"}, "REALM");
  std::unique_ptr<GssapiExchange> exchange_;
};

// RFC 4752, section 3.2, as Java's server does it.
TEST_F(GssapiExchangeTest, OffersNoLayerWhenTheContextStands) {
  begin({GssContext::Accepted{true, "proof of the server"}});
  EXPECT_EQ(say("token").answer, "proof of the server");
  const SaslStep offer = say("");
  EXPECT_EQ(offer.verdict, Verdict::challenge);
  EXPECT_EQ(offer.answer, kOffer);
  const SaslStep end = say(kChoice);
  EXPECT_EQ(end.verdict, Verdict::success);
  EXPECT_FALSE(end.has_answer);
  EXPECT_EQ(exchange_->identity().authorization_id, "alice");
  EXPECT_FALSE(exchange_->identity().expires_at_ms);
}

TEST_F(GssapiExchangeTest, OffersAtOnceWhereTheClientWantsNoProof) {
  up_to_the_offer();
  EXPECT_EQ(say(kChoice).verdict, Verdict::success);
}

TEST_F(GssapiExchangeTest, ContextMayTakeMoreTokensButNotForEver) {
  const GssContext::Accepted more{false, "more"};
  begin({more, GssContext::Accepted{true, ""}});
  EXPECT_EQ(say("1").answer, "more");
  EXPECT_EQ(say("2").answer, kOffer);
  begin({more, more, more, more, more, more});
  Verdict verdict = Verdict::challenge;
  int tokens = 0;
  for (; verdict == Verdict::challenge && tokens < 10; ++tokens) verdict = say("x").verdict;
  EXPECT_EQ(verdict, Verdict::failure);
  EXPECT_EQ(tokens, 5);
}

// CVE-2017-12610: what the client asks to be does not matter, as in Kafka.
TEST_F(GssapiExchangeTest, AuthorizationIdMakesNobodyAnother) {
  up_to_the_offer();
  EXPECT_EQ(say(std::string("[\1\0\0\0admin]", 11)).verdict, Verdict::success);
  EXPECT_EQ(exchange_->identity().authorization_id, "alice");
}

TEST_F(GssapiExchangeTest, WrongChoicesFail) {
  for (const std::string& choice : {std::string("[\2\0\0\0]", 6), std::string("[\4\xff\xff\xff]", 6), std::string("[]"),
                                    std::string("[\1\0\0]", 5), std::string("\1\0\0\0", 4), std::string()}) {
    up_to_the_offer();
    const SaslStep step = say(choice);
    EXPECT_EQ(step.verdict, Verdict::failure);
    EXPECT_EQ(step.message, "") << "the client reads the same for every cause";
  }
}

TEST_F(GssapiExchangeTest, AnswerInThePlaceOfTheAcknowledgementFails) {
  begin({GssContext::Accepted{true, "proof"}});
  say("token");
  EXPECT_EQ(say(kChoice).verdict, Verdict::failure);
  EXPECT_EQ(say("").verdict, Verdict::failure) << "it is over";
}

TEST_F(GssapiExchangeTest, PrincipalWithoutARuleIsNobody) {
  begin({GssContext::Accepted{true, ""}}, "alice@ELSEWHERE");
  say("token");
  EXPECT_EQ(say(kChoice).verdict, Verdict::failure);
}

// A keytab with a key for one principal.
class GssAcceptorTest : public testing::Test {
 protected:
  GssAcceptorTest() {
    char name[] = "/tmp/keytab-XXXXXX";
    folder_ = ::mkdtemp(name);
    krb5_context context = nullptr;
    EXPECT_EQ(krb5_init_context(&context), 0);
    krb5_keytab keytab = nullptr;
    EXPECT_EQ(krb5_kt_resolve(context, ("FILE:" + keytab_path()).c_str(), &keytab), 0);
    krb5_keytab_entry entry{};
    EXPECT_EQ(krb5_parse_name(context, "kafka/localhost@REALM", &entry.principal), 0);
    krb5_octet key[16] = {1, 2, 3};
    entry.vno = 1;
    entry.key = {KV5M_KEYBLOCK, ENCTYPE_AES128_CTS_HMAC_SHA1_96, sizeof key, key};
    EXPECT_EQ(krb5_kt_add_entry(context, keytab, &entry), 0);
    krb5_free_principal(context, entry.principal);
    krb5_kt_close(context, keytab);
    krb5_free_context(context);
  }
  ~GssAcceptorTest() override { std::filesystem::remove_all(folder_); }

  std::string keytab_path() const { return folder_ + "/keytab"; }

  std::string folder_;
};

TEST_F(GssAcceptorTest, NeedsAKeytabWithThePrincipal) {
  EXPECT_TRUE(GssAcceptor("kafka/localhost@REALM", keytab_path()).acquire());
  EXPECT_FALSE(GssAcceptor("kafka/other@REALM", keytab_path()).acquire());
  const auto missing = GssAcceptor("kafka/localhost@REALM", folder_ + "/missing").acquire();
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().reason.find("missing"), std::string::npos) << missing.error().reason;
}

TEST_F(GssAcceptorTest, IgnoresTheEnvironment) {
  ::setenv("KRB5_KTNAME", keytab_path().c_str(), 1);
  EXPECT_FALSE(GssAcceptor("kafka/localhost@REALM", folder_ + "/missing").acquire());
  ::unsetenv("KRB5_KTNAME");
}

TEST_F(GssAcceptorTest, WhatIsNoTicketFails) {
  const GssAcceptor acceptor("kafka/localhost@REALM", keytab_path());
  for (const std::string_view token : {"", "hello", "\x60\x03\x06\x01\x2a", "\x60\xff\xff\xff\xff"}) {
    const auto context = acceptor.new_context();
    const auto accepted = context->accept(as_bytes(token));
    ASSERT_FALSE(accepted);
    EXPECT_FALSE(accepted.error().reason.empty());
  }
}

}  // namespace
}  // namespace muir::auth
