#include "auth/sasl/jwt.h"

#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "auth/sasl/oauth_bearer_exchange.h"
#include "wire/codec/base64.h"

namespace muir::auth {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;  // Seconds.

std::string base64url(ByteView bytes) {
  std::string text = wire::to_base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::string number_of(EVP_PKEY* key, const char* name, int size = 0) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  OwnedBytes bytes(static_cast<std::size_t>(size > 0 ? size : BN_num_bytes(number)));
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  BN_free(number);
  return base64url(bytes);
}

// An issuer with one key.
struct Issuer {
  Issuer(std::string key_id, bool is_rsa, std::size_t bits = 2048) : id(std::move(key_id)) {
    EVP_PKEY* made = is_rsa ? EVP_RSA_gen(bits) : EVP_EC_gen("P-256");
    key = {made, EVP_PKEY_free};
    if (is_rsa)
      jwk = fmt::format(R"({{"kty":"RSA","kid":"{}","n":"{}","e":"{}"}})", id, number_of(made, OSSL_PKEY_PARAM_RSA_N),
                        number_of(made, OSSL_PKEY_PARAM_RSA_E));
    else
      jwk = fmt::format(R"({{"kty":"EC","crv":"P-256","kid":"{}","x":"{}","y":"{}"}})", id,
                        number_of(made, OSSL_PKEY_PARAM_EC_PUB_X, 32), number_of(made, OSSL_PKEY_PARAM_EC_PUB_Y, 32));
  }

  OwnedBytes signature(std::string_view algorithm, std::string_view text) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* key_context = nullptr;
    EVP_DigestSignInit(context, &key_context, EVP_sha256(), nullptr, key.get());
    if (algorithm == "PS256") {
      EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST);
    }
    std::size_t size = 1024;
    OwnedBytes out(size);
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    out.resize(size);
    return algorithm == "ES256" ? side_by_side(out) : out;
  }

  static OwnedBytes side_by_side(const OwnedBytes& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    OwnedBytes out(64);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), reinterpret_cast<unsigned char*>(out.data()), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), reinterpret_cast<unsigned char*>(out.data()) + 32, 32);
    ECDSA_SIG_free(pair);
    return out;
  }

  std::string token(std::string_view claims, std::string_view algorithm, std::string_view header_more = "") const {
    const std::string header = fmt::format(R"({{"alg":"{}","kid":"{}"{}}})", algorithm, id, header_more);
    const std::string text = base64url(as_bytes(header)) + "." + base64url(as_bytes(claims));
    return text + "." + base64url(signature(algorithm, text));
  }

  std::string id;
  std::shared_ptr<EVP_PKEY> key;
  std::string jwk;
};

const Issuer& rsa() {
  static const Issuer issuer("rsa-1", true);
  return issuer;
}
const Issuer& ec() {
  static const Issuer issuer("ec-1", false);
  return issuer;
}

JsonWebKeys keys() {
  return *JsonWebKeys::parse(
      fmt::format(R"({{"keys":[{},{},{{"kty":"oct","kid":"secret","k":"AAAA"}}]}})", rsa().jwk, ec().jwk));
}

std::string claims(std::string_view more = "", std::int64_t expires = kNow + 60) {
  return fmt::format(R"({{"sub":"alice","iss":"https://issuer","aud":["kafka","x"],"iat":{},"exp":{}{}}})", kNow,
                     expires, more);
}

JwtRules rules() {
  JwtRules rules;
  rules.audiences = {"kafka"};
  rules.issuer = "https://issuer";
  return rules;
}

bool is_taken(std::string_view token, const JwtRules& by = rules(), std::int64_t now_s = kNow) {
  return verify_jwt(token, keys(), by, now_s * 1000).has_value();
}

TEST(Jwt, SignedTokenIsTaken) {
  for (const std::string_view algorithm : {"RS256", "PS256"}) {
    const auto found = verify_jwt(rsa().token(claims(), algorithm), keys(), rules(), kNow * 1000);
    ASSERT_TRUE(found) << algorithm << found.error();
    EXPECT_EQ(found->subject, "alice");
    EXPECT_EQ(found->expires_at_ms, (kNow + 60) * 1000);
  }
  EXPECT_TRUE(is_taken(ec().token(claims(), "ES256")));
}

// CVE-2026-33557: unsigned, signed by somebody else, or with the public key as a shared secret.
TEST(Jwt, UnsignedAndForeignTokensAreRefused) {
  const std::string unsigned_text = base64url(as_bytes(R"({"alg":"none"})")) + "." + base64url(as_bytes(claims()));
  EXPECT_FALSE(is_taken(unsigned_text + "."));
  EXPECT_FALSE(is_taken(unsigned_text));

  const Issuer other("rsa-1", true);
  EXPECT_FALSE(is_taken(other.token(claims(), "RS256")));

  const std::string text =
      base64url(as_bytes(R"({"alg":"HS256","kid":"rsa-1"})")) + "." + base64url(as_bytes(claims()));
  OwnedBytes mac(32);
  HMAC(EVP_sha256(), rsa().jwk.data(), static_cast<int>(rsa().jwk.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), reinterpret_cast<unsigned char*>(mac.data()),
       nullptr);
  EXPECT_FALSE(is_taken(text + "." + base64url(mac)));
}

TEST(Jwt, KeyIsOnlyForItsOwnKindOfSignature) {
  const JsonWebKeys all = keys();
  EXPECT_TRUE(all.candidates("rsa-1", JwsAlgorithm::ES256).empty());
  EXPECT_TRUE(all.candidates("ec-1", JwsAlgorithm::RS256).empty());
  EXPECT_TRUE(all.candidates("ec-1", JwsAlgorithm::ES384).empty());
  EXPECT_EQ(all.candidates("", JwsAlgorithm::RS256).size(), 1u);
  EXPECT_EQ(all.size(), 2u) << "a shared secret is no public key";

  auto bound = rsa().jwk;
  bound.insert(bound.size() - 1, R"(,"alg":"PS256")");
  const auto only = *JsonWebKeys::parse(fmt::format(R"({{"keys":[{}]}})", bound));
  EXPECT_TRUE(only.candidates("rsa-1", JwsAlgorithm::RS256).empty());
  EXPECT_EQ(only.candidates("rsa-1", JwsAlgorithm::PS256).size(), 1u);
}

TEST(Jwt, TamperedTokenIsRefused) {
  std::string token = rsa().token(claims(), "RS256");
  const auto payload = token.find('.') + 1;
  token.replace(payload, token.find('.', payload) - payload, base64url(as_bytes(claims(R"(,"admin":true)"))));
  EXPECT_FALSE(is_taken(token));
  for (const std::string_view rubbish : {"", ".", "..", "...", "a.b.c", "e30.e30.e30", "e30.e30.!"})
    EXPECT_FALSE(is_taken(rubbish)) << rubbish;
  EXPECT_FALSE(is_taken(std::string(kJwtBytesMax + 1, 'a')));
  EXPECT_FALSE(is_taken(rsa().token(claims(), "RS256", R"(,"crit":["exp"])")));
}

TEST(Jwt, ExpiryAndIssueAreLookedAtWithSomeSkew) {
  const std::string token = rsa().token(claims(), "RS256");
  EXPECT_TRUE(is_taken(token, rules(), kNow + 89));
  EXPECT_FALSE(is_taken(token, rules(), kNow + 90));
  EXPECT_FALSE(is_taken(rsa().token(R"({"sub":"a","iss":"https://issuer","aud":"kafka","exp":1900000000})", "RS256")));
  EXPECT_FALSE(is_taken(rsa().token(R"({"sub":"a","iss":"https://issuer","aud":"kafka","iat":1})", "RS256")));
  EXPECT_FALSE(is_taken(rsa().token(claims(fmt::format(R"(,"nbf":{})", kNow + 31)), "RS256")));
  EXPECT_TRUE(is_taken(rsa().token(claims(fmt::format(R"(,"nbf":{})", kNow + 29)), "RS256")));
}

TEST(Jwt, IssuerAudienceSubjectAndScopeMustFit) {
  const std::string token = rsa().token(claims(), "RS256");
  JwtRules other = rules();
  other.issuer = "https://other";
  EXPECT_FALSE(is_taken(token, other));
  other = rules();
  other.audiences = {"other"};
  EXPECT_FALSE(is_taken(token, other));
  other.audiences = {};
  EXPECT_FALSE(is_taken(token, other)) << "for somebody, and nobody here said that it is us";
  other = rules();
  other.subject_claim = "name";
  EXPECT_FALSE(is_taken(token, other));
  EXPECT_TRUE(is_taken(rsa().token(claims(R"(,"name":"bob")"), "RS256"), other));
  EXPECT_FALSE(is_taken(rsa().token(claims(R"(,"scope":["a","a"])"), "RS256")));
  EXPECT_TRUE(is_taken(rsa().token(claims(R"(,"scope":"a b")"), "RS256")));
}

TEST(JsonWebKeys, WeakAndBrokenKeysAreLeftOut) {
  const Issuer weak("weak", true, 1024);
  const auto found = JsonWebKeys::parse(fmt::format(
      R"({{"keys":[{},1,{{}},{{"kty":"RSA","n":"AQAB"}},{{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}},
          {{"kty":"RSA","use":"enc","n":"{}","e":"AQAB"}}]}})",
      weak.jwk, std::string(400, 'B')));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 0u);
  for (const std::string_view text : {"", "{", "[]", "{}", R"({"keys":1})"})
    EXPECT_FALSE(JsonWebKeys::parse(text)) << text;
}

TEST(OAuthBearerMessage, IsReadAsKafkaReadsIt) {
  const auto message = parse_oauth_bearer_message(
      "n,a=b=2Cc,\x01"
      "auth=Bearer  a.b-c_d\x01"
      "traceId=1 2\x01\x01");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->authorization_id, "b,c");
  EXPECT_EQ(message->token, "a.b-c_d");
  for (const std::string_view text : {"", "n,,", "n,,\x01", "n,,\x01\x01",
                                      "y,,\x01"
                                      "auth=Bearer a\x01\x01",
                                      "n,,\x01"
                                      "auth=Basic a\x01\x01",
                                      "n,,\x01"
                                      "auth=Bearer \x01\x01",
                                      "n,,\x01"
                                      "auth=Bearer a\x01",
                                      "n,,\x01"
                                      "auth=Bearer a!\x01\x01",
                                      "n,,\x01"
                                      "auth=Bearer a\x01"
                                      "auth=Bearer b\x01\x01",
                                      "n,,\x01"
                                      "auth=Bearer a\x01\x01x",
                                      "n,x,\x01"
                                      "auth=Bearer a\x01\x01"})
    EXPECT_FALSE(parse_oauth_bearer_message(text)) << text;
}

TEST(OAuthBearerExchange, RefusalIsToldBeforeItFails) {
  OAuthBearerExchange refused(
      [](std::string_view) -> boost::system::result<JwtClaims, std::string> { return std::string("because"); });
  const SaslStep first =
      refused.evaluate(as_bytes("n,,\x01"
                                "auth=Bearer a\x01\x01"));
  EXPECT_EQ(first.verdict, SaslStep::Verdict::challenge);
  EXPECT_EQ(first.answer, R"({"status":"invalid_token"})");
  const SaslStep last = refused.evaluate(as_bytes("\x01"));
  EXPECT_EQ(last.verdict, SaslStep::Verdict::failure);
  EXPECT_EQ(last.message, R"({"status":"invalid_token"})");
  EXPECT_EQ(last.reason, "because");
}

// CVE-2017-12610.
TEST(OAuthBearerExchange, NobodyBecomesAnother) {
  for (const auto& [authzid, verdict] :
       {std::pair("a=alice", SaslStep::Verdict::success), std::pair("", SaslStep::Verdict::success),
        std::pair("a=admin", SaslStep::Verdict::failure)}) {
    OAuthBearerExchange exchange(
        [](std::string_view) -> boost::system::result<JwtClaims, std::string> { return JwtClaims{99, "alice"}; });
    const std::string message = std::string("n,") + authzid +
                                ",\x01"
                                "auth=bearer a\x01\x01";
    EXPECT_EQ(exchange.evaluate(as_bytes(message)).verdict, verdict) << authzid;
    if (verdict == SaslStep::Verdict::success) {
      EXPECT_EQ(exchange.identity().authorization_id, "alice");
      EXPECT_EQ(exchange.identity().expires_at_ms, 99);
    }
  }
}

}  // namespace
}  // namespace muir::auth
