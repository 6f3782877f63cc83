#include "auth/tls/stores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/tls/distinguished_name.h"
#include "auth/tls/jks.h"
#include "auth/tls/pem.h"
#include "auth/tls/pkcs12.h"
#include "auth/tls/test_files.h"

namespace muir::auth {
namespace {

using ::testing::HasSubstr;

std::string subject(const CertificatePtr& certificate) {
  return distinguished_name(::X509_get_subject_name(certificate.get()));
}

void expect_the_broker(const StoreContents& store) {
  ASSERT_EQ(store.keys.size(), 1u);
  const KeyEntry& entry = store.keys.front();
  ASSERT_EQ(entry.chain.size(), 2u);
  EXPECT_EQ(subject(entry.chain[0]), "CN=broker,OU=Ops,O=Test");
  EXPECT_EQ(subject(entry.chain[1]), "CN=authority,O=Test");
  EXPECT_EQ(::X509_check_private_key(entry.chain[0].get(), entry.key.get()), 1);
}

TlsSettings key_store(const std::string& type, const std::string& file) {
  TlsSettings settings;
  settings.keystore.type = type;
  settings.keystore.location = test_path(file);
  if (type != "PEM") settings.keystore.password = kStorePassword;
  return settings;
}

TlsSettings trust_store(const std::string& type, const std::string& file) {
  TlsSettings settings;
  settings.truststore.type = type;
  settings.truststore.location = test_path(file);
  if (type != "PEM") settings.truststore.password = kStorePassword;
  return settings;
}

// Every form in which keytool and openssl keep the same key.
TEST(KeyStore, ReadsJksWithAKeyPasswordOfItsOwn) {
  TlsSettings settings = key_store("JKS", "broker.jks");
  settings.key_password = kKeyPassword;
  const auto store = load_key_store(settings);
  ASSERT_TRUE(store) << store.error().message;
  expect_the_broker(**store);
}

TEST(KeyStore, ReadsPkcs12OfTodayAndOfYesterday) {
  for (const std::string file : {"broker.p12", "legacy.p12"}) {
    const auto store = load_key_store(key_store("PKCS12", file));
    ASSERT_TRUE(store) << file << ": " << store.error().message;
    expect_the_broker(**store);
  }
}

TEST(KeyStore, TypeAndContentMayDifferAsInJava) {
  EXPECT_TRUE(load_key_store(key_store("JKS", "broker.p12")));
  TlsSettings settings = key_store("PKCS12", "broker.jks");
  settings.key_password = kKeyPassword;
  EXPECT_TRUE(load_key_store(settings));
}

TEST(KeyStore, ReadsPemWithAndWithoutLines) {
  std::string chain = test_file("chain.pem"), key = test_file("encrypted-key.pem");
  for (int round = 0; round < 2; ++round) {
    TlsSettings settings;
    settings.keystore.type = "PEM";
    settings.keystore.certificates = chain;
    settings.key = key;
    settings.key_password = kKeyPassword;
    const auto store = load_key_store(settings);
    ASSERT_TRUE(store) << store.error().message;
    expect_the_broker(**store);
    std::ranges::replace(chain, '\n', ' ');
    std::ranges::replace(key, '\n', ' ');
  }
  const auto plain = read_pem_key(test_file("chain.pem"), test_file("key.pem"), std::nullopt);
  EXPECT_TRUE(plain) << plain.error().message;
}

TEST(KeyStore, WrongPasswordsAreToldApart) {
  const std::string jks = test_file("broker.jks"), p12 = test_file("broker.p12");
  const auto tampered = read_jks(as_bytes(jks), "wrong", kKeyPassword);
  ASSERT_FALSE(tampered);
  EXPECT_THAT(tampered.error().message, HasSubstr("password is wrong"));
  const auto key = read_jks(as_bytes(jks), kStorePassword, "wrong");
  ASSERT_FALSE(key);
  EXPECT_THAT(key.error().message, HasSubstr("key 'broker' cannot be recovered"));
  EXPECT_FALSE(read_pkcs12(as_bytes(p12), "wrong", "wrong"));
  EXPECT_FALSE(read_pkcs12(as_bytes(p12), kStorePassword, "wrong"));
  EXPECT_FALSE(read_pem_key(test_file("chain.pem"), test_file("encrypted-key.pem"), "wrong"));
  EXPECT_FALSE(read_pem_key(test_file("chain.pem"), test_file("encrypted-key.pem"), std::nullopt));
}

TEST(KeyStore, NoSecretIsInAnyMessage) {
  for (TlsSettings settings :
       {key_store("JKS", "broker.jks"), key_store("PKCS12", "broker.p12"), key_store("BCFKS", "x")}) {
    settings.keystore.password = "a-secret";
    settings.key_password = "a-secret";
    const auto store = load_key_store(settings);
    ASSERT_FALSE(store);
    EXPECT_THAT(store.error().message, ::testing::Not(HasSubstr("secret")));
  }
}

TEST(KeyStore, OldFormsOfKeysAreNamed) {
  const auto store = read_pem_key(test_file("chain.pem"), test_file("old-key.pem"), std::nullopt);
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("'EC PRIVATE KEY' is not read: convert it to PKCS#8"));
}

// Kafka's rules about what goes together, each once.
TEST(KeyStore, ContradictionsAreRefused) {
  const auto refused = [](auto change) {
    TlsSettings settings = key_store("PKCS12", "broker.p12");
    change(settings);
    const auto store = load_key_store(settings);
    return store ? "accepted" : store.error().message;
  };
  EXPECT_THAT(refused([](auto& s) { s.keystore.password.reset(); }), HasSubstr("password is not specified"));
  EXPECT_THAT(refused([](auto& s) { s.keystore.location.reset(); }), HasSubstr("key store is not specified"));
  EXPECT_THAT(refused([](auto& s) { s.key = "x"; }), HasSubstr("only for PEM"));
  EXPECT_THAT(refused([](auto& s) { s.keystore.certificates = "x"; }), HasSubstr("private key is not specified"));
  EXPECT_THAT(refused([](auto& s) { s.keystore.type = "PEM"; }), HasSubstr("only key password"));
  EXPECT_THAT(refused([](auto& s) { s.keystore.location = "/nowhere"; }),
              HasSubstr("/nowhere of type PKCS12: the file cannot be opened"));
  EXPECT_THAT(refused([](auto& s) { s.keystore.location = test_path("trust.p12"); }),
              HasSubstr("no key with a certificate"));
}

TEST(TrustStore, ReadsEveryForm) {
  const std::pair<std::string, std::string> forms[] = {
      {"JKS", "trust.jks"}, {"PKCS12", "trust.p12"}, {"PEM", "ca.pem"}};
  for (const auto& [type, file] : forms) {
    const auto store = load_trust_store(trust_store(type, file));
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_EQ((*store)->trusted.size(), 1u) << file;
    EXPECT_EQ(subject((*store)->trusted.front()), "CN=authority,O=Test");
  }
}

// Java: without its password a JKS store is read unchecked; of a PKCS12 store nothing is seen.
TEST(TrustStore, WithoutAPasswordOnlyJksIsRead) {
  TlsSettings settings = trust_store("JKS", "trust.jks");
  settings.truststore.password.reset();
  EXPECT_TRUE(load_trust_store(settings));
  settings = trust_store("PKCS12", "trust.p12");
  settings.truststore.password.reset();
  EXPECT_FALSE(load_trust_store(settings));
}

// Of a key store used as a trust store, the key's own certificate is trusted and its issuer is not.
TEST(TrustStore, TrustsNoMoreThanJavaDoes) {
  const auto store = load_trust_store(trust_store("PKCS12", "broker.p12"));
  ASSERT_TRUE(store) << store.error().message;
  ASSERT_EQ((*store)->trusted.size(), 1u);
  EXPECT_EQ(subject((*store)->trusted.front()), "CN=broker,OU=Ops,O=Test");
  EXPECT_FALSE(load_trust_store(trust_store("PKCS12", "unmarked.p12")));
}

// A cut-off store is refused wherever the cut is, and never read past its end.
TEST(Jks, EveryPrefixIsRefused) {
  const std::string whole = test_file("broker.jks");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_jks(as_bytes(whole.substr(0, size)), std::nullopt, kKeyPassword)) << size;
}

TEST(Jks, EveryFlippedBitIsNoticed) {
  const std::string whole = test_file("trust.jks");
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(read_jks(as_bytes(flipped), kStorePassword, std::nullopt)) << bit;
  }
}

TEST(Jks, AKeyThatIsTooShortIsNone) {
  const OwnedBytes short_key(39);
  EXPECT_TRUE(unprotect_jks_key(short_key, "password").empty());
}

}  // namespace
}  // namespace muir::auth
