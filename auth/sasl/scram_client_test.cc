#include "auth/sasl/scram_client.h"

#include <gtest/gtest.h>

#include "auth/sasl/scram_exchange.h"
#include "wire/codec/base64.h"

namespace muir::auth {
namespace {

// The example of RFC 7677, section 3.
constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

ScramClient client(std::string password = "pencil") {
  return ScramClient(ScramMechanism::sha_256, "user", std::move(password), "rOprNGfwEbeRWgbNEkqO");
}

TEST(ScramClient, SpeaksTheExampleOfTheRfc) {
  ScramClient scram = client();
  EXPECT_EQ(scram.first(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  EXPECT_EQ(
      scram.answer(kServerFirst),
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  EXPECT_TRUE(scram.is_proven_by("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
}

TEST(ScramClient, BelievesNoServerThatDoesNotKnowThePassword) {
  ScramClient scram = client("pencils");
  EXPECT_FALSE(scram.is_proven_by("v="));  // Before anything was asked.
  ASSERT_TRUE(scram.answer(kServerFirst));
  for (const auto* final : {"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "v=", "v=?", "e=other-error", ""})
    EXPECT_FALSE(scram.is_proven_by(final)) << final;
}

TEST(ScramClient, AnswersNoChallengeThatIsNotForIt) {
  for (const auto* first : {"r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=rOprNGfwEbeRWgbNEkqO,s=W22Z,i=4096",
                            "r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=1", "r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=2000000000",
                            "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,i=4096", "e=no", ""})
    EXPECT_EQ(client().answer(first), std::nullopt) << first;
}

TEST(ScramClient, AndOurServerUnderstandEachOtherWhateverTheName) {
  const std::string name = "a=b,c";
  ScramLookup lookup;
  lookup.user = [&](std::string_view user) {
    return ScramFound{
        scram_credential(ScramMechanism::sha_512, std::string_view("secret"), OwnedBytes(16, std::byte{1}), 4096),
        user == name};
  };
  lookup.made_up = [](std::string_view) { return ScramCredential(); };
  ScramExchange server(ScramMechanism::sha_512, std::move(lookup), "server");
  ScramClient scram(ScramMechanism::sha_512, name, "secret", "mine");
  const SaslStep challenge = server.evaluate(as_bytes(scram.first()));
  const auto proof = scram.answer(challenge.answer);
  ASSERT_TRUE(proof);
  const SaslStep end = server.evaluate(as_bytes(*proof));
  EXPECT_EQ(end.verdict, SaslStep::Verdict::success) << end.reason;
  EXPECT_TRUE(scram.is_proven_by(end.answer));
}

}  // namespace
}  // namespace muir::auth
