#include "auth/sasl/scram_exchange.h"

#include <gtest/gtest.h>

#include "auth/sasl/made_up_credential.h"
#include "wire/codec/base64.h"

namespace muir::auth {
namespace {

using Verdict = SaslStep::Verdict;

// The example of RFC 7677, section 3.
constexpr std::string_view kServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
constexpr std::string_view kClientFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr std::string_view kClientFinal =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
constexpr std::string_view kServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

ScramCredential credential(ScramMechanism mechanism) {
  return scram_credential(mechanism, std::string_view("pencil"), *wire::from_base64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
}

ScramExchange exchange(ScramMechanism mechanism = ScramMechanism::sha_256) {
  ScramLookup lookup;
  lookup.user = [mechanism](std::string_view user) { return ScramFound{credential(mechanism), user == "user"}; };
  lookup.token = [mechanism](std::string_view id) -> std::optional<TokenCredential> {
    if (id == "token-1") return TokenCredential{credential(mechanism), "owner", 1234};
    return std::nullopt;
  };
  lookup.made_up = [mechanism](std::string_view user) {
    return made_up_credential(mechanism, OwnedBytes(32, std::byte{7}), user, {4096, 16});
  };
  return ScramExchange(mechanism, std::move(lookup), std::string(kServerNonce));
}

// What a client that knows `password` answers to `server_first`.
std::string client_final(ScramMechanism mechanism, std::string_view password, std::string_view client_first_bare,
                         std::string_view server_first, std::string_view binding = "biws") {
  const Digest digest = digest_of(mechanism);
  const auto nonce = server_first.substr(2, server_first.find(",s=") - 2);
  const auto salt_at = server_first.find(",s=") + 3;
  const auto salt = wire::from_base64(server_first.substr(salt_at, server_first.find(",i=") - salt_at));
  const std::string without_proof = std::string("c=").append(binding).append(",r=").append(nonce);
  const OwnedBytes salted = pbkdf2(digest, password, *salt, 4096);
  const OwnedBytes client_key = hmac(digest, salted, as_bytes("Client Key"));
  const std::string message =
      std::string(client_first_bare).append(",").append(server_first).append(",").append(without_proof);
  OwnedBytes proof = hmac(digest, hash(digest, client_key), as_bytes(message));
  for (std::size_t i = 0; i < proof.size(); ++i) proof[i] ^= client_key[i];
  return without_proof + ",p=" + wire::to_base64(proof);
}

TEST(ScramExchange, SpeaksTheExampleOfTheRfc) {
  ScramExchange scram = exchange();

  const SaslStep first = scram.evaluate(as_bytes(kClientFirst));
  ASSERT_EQ(first.verdict, Verdict::challenge) << first.reason;
  EXPECT_EQ(first.answer, kServerFirst);

  const SaslStep last = scram.evaluate(as_bytes(kClientFinal));
  ASSERT_EQ(last.verdict, Verdict::success) << last.reason;
  EXPECT_EQ(last.answer, kServerFinal);
  EXPECT_EQ(scram.identity().authorization_id, "user");
  EXPECT_FALSE(scram.identity().is_by_token);
}

TEST(ScramExchange, Sha512LogsInToo) {
  ScramExchange scram = exchange(ScramMechanism::sha_512);

  const SaslStep first = scram.evaluate(as_bytes("n,,n=user,r=abc"));
  const SaslStep last =
      scram.evaluate(as_bytes(client_final(ScramMechanism::sha_512, "pencil", "n=user,r=abc", first.answer)));

  EXPECT_EQ(last.verdict, Verdict::success) << last.reason;
}

TEST(ScramExchange, WrongPasswordAndUnknownUserLookTheSame) {
  SaslStep ends[2];
  const std::string_view users[] = {"user", "nobody"};
  for (int i = 0; i < 2; ++i) {
    ScramExchange scram = exchange();
    const std::string bare = std::string("n=").append(users[i]).append(",r=abc");
    const SaslStep first = scram.evaluate(as_bytes("n,," + bare));
    ASSERT_EQ(first.verdict, Verdict::challenge) << users[i];
    EXPECT_EQ(first.answer.size(), std::string_view("r=abc").size() + kServerNonce.size() + 3 + 24 + 7);
    ends[i] = scram.evaluate(as_bytes(client_final(ScramMechanism::sha_256, "wrong", bare, first.answer)));
  }
  EXPECT_EQ(ends[0].verdict, Verdict::failure);
  EXPECT_EQ(ends[1].verdict, Verdict::failure);
  EXPECT_EQ(ends[0].answer, ends[1].answer);
  EXPECT_EQ(ends[0].message, ends[1].message);
}

TEST(ScramExchange, UnknownUserHasTheSameSaltEachTime) {
  ScramExchange one = exchange(), two = exchange();

  EXPECT_EQ(one.evaluate(as_bytes("n,,n=nobody,r=abc")).answer, two.evaluate(as_bytes("n,,n=nobody,r=abc")).answer);
}

// CVE-2024-56128: a final message that was overheard must not do again.
TEST(ScramExchange, ReplayedFinalMessageFails) {
  ScramLookup lookup;
  lookup.user = [](std::string_view) { return ScramFound{credential(ScramMechanism::sha_256), true}; };
  lookup.made_up = [](std::string_view) { return ScramCredential(); };
  ScramExchange scram(ScramMechanism::sha_256, lookup, "another-nonce");
  ASSERT_EQ(scram.evaluate(as_bytes(kClientFirst)).verdict, Verdict::challenge);

  EXPECT_EQ(scram.evaluate(as_bytes(kClientFinal)).verdict, Verdict::failure);
}

TEST(ScramExchange, IsOverAfterSuccessAndAfterFailure) {
  ScramExchange good = exchange();
  ASSERT_EQ(good.evaluate(as_bytes(kClientFirst)).verdict, Verdict::challenge);
  ASSERT_EQ(good.evaluate(as_bytes(kClientFinal)).verdict, Verdict::success);
  EXPECT_EQ(good.evaluate(as_bytes(kClientFinal)).verdict, Verdict::failure);

  ScramExchange bad = exchange();
  ASSERT_EQ(bad.evaluate(as_bytes("rubbish")).verdict, Verdict::failure);
  EXPECT_EQ(bad.evaluate(as_bytes(kClientFirst)).verdict, Verdict::failure);
}

// CVE-2017-12610.
TEST(ScramExchange, NobodyBecomesAnother) {
  ScramExchange scram = exchange();
  const SaslStep step = scram.evaluate(as_bytes("n,a=admin,n=user,r=abc"));
  EXPECT_EQ(step.verdict, Verdict::failure);
  EXPECT_EQ(step.message,
            "Authentication failed: Client requested an authorization id that is different from username");

  ScramExchange same = exchange();
  const SaslStep first = same.evaluate(as_bytes("n,a=user,n=user,r=abc"));
  ASSERT_EQ(first.verdict, Verdict::challenge);
  const std::string binding = wire::to_base64(as_bytes("n,a=user,"));
  EXPECT_EQ(
      same.evaluate(as_bytes(client_final(ScramMechanism::sha_256, "pencil", "n=user,r=abc", first.answer, binding)))
          .verdict,
      Verdict::success);
}

TEST(ScramExchange, ChannelBindingIsThatOfTheFirstMessage) {
  ScramExchange scram = exchange();
  const SaslStep first = scram.evaluate(as_bytes("n,,n=user,r=abc"));

  EXPECT_EQ(
      scram.evaluate(as_bytes(client_final(ScramMechanism::sha_256, "pencil", "n=user,r=abc", first.answer, "eSws")))
          .verdict,
      Verdict::failure);
}

TEST(ScramExchange, DelegationTokenSpeaksForItsOwner) {
  ScramExchange scram = exchange();
  const std::string bare = "n=token-1,r=abc,tokenauth=true";
  const SaslStep first = scram.evaluate(as_bytes("n,," + bare));
  ASSERT_EQ(first.verdict, Verdict::challenge);

  const SaslStep last = scram.evaluate(as_bytes(client_final(ScramMechanism::sha_256, "pencil", bare, first.answer)));

  ASSERT_EQ(last.verdict, Verdict::success) << last.reason;
  EXPECT_EQ(scram.identity().authorization_id, "owner");
  EXPECT_EQ(scram.identity().expires_at_ms, 1234);
  EXPECT_TRUE(scram.identity().is_by_token);
}

TEST(ScramExchange, UserIsNoTokenAndTokenNoUser) {
  for (const std::string bare : {"n=user,r=abc,tokenauth=true", "n=token-1,r=abc"}) {
    ScramExchange scram = exchange();
    const SaslStep first = scram.evaluate(as_bytes("n,," + bare));
    ASSERT_EQ(first.verdict, Verdict::challenge);
    EXPECT_EQ(scram.evaluate(as_bytes(client_final(ScramMechanism::sha_256, "pencil", bare, first.answer))).verdict,
              Verdict::failure);
  }
}

TEST(ScramExchange, ProofOfAnotherLengthFails) {
  for (const std::string_view proof : {"", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    ScramExchange scram = exchange();
    ASSERT_EQ(scram.evaluate(as_bytes(kClientFirst)).verdict, Verdict::challenge);
    const std::string message(kClientFinal.substr(0, kClientFinal.find(",p=")));
    EXPECT_EQ(scram.evaluate(as_bytes(message + ",p=" + std::string(proof))).verdict, Verdict::failure);
  }
}

}  // namespace
}  // namespace muir::auth
