#include "auth/sasl/delegation_token.h"

#include <gtest/gtest.h>

#include "wire/codec/base64.h"

namespace muir::auth {
namespace {

TEST(DelegationToken, IsProvedByAnHmacOfItsId) {
  // The second test case of RFC 4231.
  const OwnedBytes made = token_hmac("Jefe", "what do ya want for nothing?");

  EXPECT_EQ(wire::to_base64(made),
            "Fkt6e/z4GeLjlfvnO1bgo4e9ZCIugx/WECcM1+olBVSXWL91wFqZSm0DT2X48Ob9yuqxo01Ka0tjbgcKOLznNw==");
  EXPECT_NE(token_hmac("Jefe", "what do ya want for anything?"), made);
  EXPECT_NE(token_hmac("jefe", "what do ya want for nothing?"), made);
}

TEST(DelegationToken, CredentialIsTheSameOnEveryBroker) {
  const OwnedBytes hmac = token_hmac("secret", "id");
  for (const ScramMechanism mechanism : kScramMechanisms) {
    const auto credential = token_credential(mechanism, hmac);
    EXPECT_EQ(credential, token_credential(mechanism, hmac));
    EXPECT_EQ(credential.iterations, 4096);
    EXPECT_EQ(credential.salt.size(), 16u);
  }
  EXPECT_NE(token_credential(ScramMechanism::sha_512, hmac).salt,
            token_credential(ScramMechanism::sha_512, token_hmac("secret", "other")).salt);
}

TEST(DelegationToken, ItsPasswordIsTheHmacInBase64) {
  const OwnedBytes hmac = token_hmac("secret", "id");
  const auto credential = token_credential(ScramMechanism::sha_256, hmac);
  EXPECT_EQ(credential, scram_credential(ScramMechanism::sha_256, std::string_view(wire::to_base64(hmac)),
                                         credential.salt, credential.iterations));
}

}  // namespace
}  // namespace muir::auth
