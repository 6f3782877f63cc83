#include "auth/tls/pkcs12.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/provider.h>

namespace muir::auth {
namespace {

constexpr std::string_view kTrustedKeyUsageOid = "2.16.840.1.113894.746875.1.1";  // Oracle's mark of a trusted one.
constexpr int kPasswordBytesMax = 1024;

using BagsPtr = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), decltype([](STACK_OF(PKCS12_SAFEBAG) * bags) {
                                  sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
                                })>;
using SafesPtr =
    std::unique_ptr<STACK_OF(PKCS7), decltype([](STACK_OF(PKCS7) * safes) { sk_PKCS7_pop_free(safes, PKCS7_free); })>;

struct Found {
  struct Key {
    KeyPtr key;
    std::string alias;
    std::string local_id;
  };
  struct Certificate {
    CertificatePtr certificate;
    std::string local_id;
    bool is_trusted = false;
  };
  std::vector<Key> keys;
  std::vector<Certificate> certificates;
};

// Stores of before 2020 are encrypted with RC2, which OpenSSL keeps in a provider of its own.  Loaded for good: what it
// adds is out of the reach of TLS, whose ciphers are named.
void allow_old_ciphers() {
  static OSSL_PROVIDER* const legacy = ::OSSL_PROVIDER_try_load(nullptr, "legacy", 1);
  static_cast<void>(legacy);
  ::ERR_clear_error();
}

std::string local_id_of(const PKCS12_SAFEBAG* bag) {
  const ASN1_TYPE* id = ::PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);
  if (id == nullptr || id->type != V_ASN1_OCTET_STRING) return {};
  return {reinterpret_cast<const char*>(::ASN1_STRING_get0_data(id->value.octet_string)),
          static_cast<std::size_t>(::ASN1_STRING_length(id->value.octet_string))};
}

std::string alias_of(PKCS12_SAFEBAG* bag) {
  char* const name = ::PKCS12_get_friendlyname(bag);
  std::string alias = name != nullptr ? name : "";
  ::OPENSSL_free(name);
  return alias;
}

bool is_marked_trusted(const PKCS12_SAFEBAG* bag) {
  const STACK_OF(X509_ATTRIBUTE)* attributes = ::PKCS12_SAFEBAG_get0_attrs(bag);
  for (int i = 0; i < sk_X509_ATTRIBUTE_num(attributes); ++i) {
    char oid[64] = {};
    ::OBJ_obj2txt(oid, sizeof oid, ::X509_ATTRIBUTE_get0_object(sk_X509_ATTRIBUTE_value(attributes, i)), 1);
    if (oid == kTrustedKeyUsageOid) return true;
  }
  return false;
}

// Null if the password is wrong, or the key of a kind that is not known.
KeyPtr open_key(const PKCS12_SAFEBAG* bag, const std::string& password) {
  if (::PKCS12_SAFEBAG_get_nid(bag) == NID_keyBag) return KeyPtr(::EVP_PKCS82PKEY(::PKCS12_SAFEBAG_get0_p8inf(bag)));
  const KeyInfoPtr info(::PKCS12_decrypt_skey(bag, password.c_str(), static_cast<int>(password.size())));
  return KeyPtr(info ? ::EVP_PKCS82PKEY(info.get()) : nullptr);
}

TlsResult<> take_bag(PKCS12_SAFEBAG* bag, const Password& key_password, Found& found) {
  const int kind = ::PKCS12_SAFEBAG_get_nid(bag);
  if (kind == NID_certBag) {
    CertificatePtr certificate(::PKCS12_SAFEBAG_get1_cert(bag));
    if (!certificate) return TlsError{"the PKCS12 store holds a certificate that is none"};
    found.certificates.push_back({std::move(certificate), local_id_of(bag), is_marked_trusted(bag)});
  } else if (kind == NID_pkcs8ShroudedKeyBag || kind == NID_keyBag) {
    const std::string alias = alias_of(bag);
    Found::Key key{nullptr, alias, local_id_of(bag)};
    if (key_password) {
      key.key = open_key(bag, *key_password);
      if (!key.key) return TlsError{fmt::format("the key '{}' cannot be recovered: wrong key password?", alias)};
    }
    found.keys.push_back(std::move(key));
  }
  return {};
}

TlsResult<Found> take_safes(PKCS12* store, const Password& store_password, const Password& key_password) {
  const SafesPtr safes(::PKCS12_unpack_authsafes(store));
  if (!safes) return TlsError{"the PKCS12 store is damaged"};
  const std::string password = store_password.value_or("");
  Found found;
  for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) {
    PKCS7* const safe = sk_PKCS7_value(safes.get(), i);
    const int kind = ::OBJ_obj2nid(safe->type);
    BagsPtr bags;
    if (kind == NID_pkcs7_data) {
      bags.reset(::PKCS12_unpack_p7data(safe));
    } else if (kind == NID_pkcs7_encrypted) {
      if (!store_password) continue;  // As Java: what is encrypted is not seen.
      bags.reset(::PKCS12_unpack_p7encdata(safe, password.c_str(), static_cast<int>(password.size())));
    }
    if (!bags)
      return TlsError{
          fmt::format("a part of the PKCS12 store cannot be opened: wrong password? ({})", openssl_reason())};
    for (int j = 0; j < sk_PKCS12_SAFEBAG_num(bags.get()); ++j) {
      const auto taken = take_bag(sk_PKCS12_SAFEBAG_value(bags.get(), j), key_password, found);
      if (!taken) return taken.error();
    }
  }
  return found;
}

const Found::Certificate* issuer_of(const Found& found, X509* certificate) {
  const auto issues = [&](const Found::Certificate& other) {
    return other.certificate.get() != certificate &&
           ::X509_check_issued(other.certificate.get(), certificate) == X509_V_OK;
  };
  const auto at = std::ranges::find_if(found.certificates, issues);
  return at == found.certificates.end() ? nullptr : &*at;
}

// From the key's own certificate up to where the store ends, or to one that issued itself.
std::vector<CertificatePtr> chain_from(const Found& found, X509* own) {
  std::vector<CertificatePtr> chain;
  chain.push_back(share(own));
  while (chain.size() <= found.certificates.size()) {
    const Found::Certificate* const issuer = issuer_of(found, chain.back().get());
    if (issuer == nullptr || ::X509_check_issued(chain.back().get(), chain.back().get()) == X509_V_OK) break;
    chain.push_back(share(issuer->certificate.get()));
  }
  return chain;
}

StoreContents assemble(Found found) {
  StoreContents contents;
  for (Found::Key& key : found.keys) {
    const auto own = std::ranges::find_if(found.certificates, [&](const Found::Certificate& certificate) {
      if (!key.local_id.empty()) return certificate.local_id == key.local_id;
      return key.key && ::X509_check_private_key(certificate.certificate.get(), key.key.get()) == 1;
    });
    if (own == found.certificates.end()) continue;
    contents.trusted.push_back(share(own->certificate.get()));
    if (key.key) contents.keys.push_back({key.alias, std::move(key.key), chain_from(found, own->certificate.get())});
  }
  for (Found::Certificate& certificate : found.certificates)
    if (certificate.is_trusted) contents.trusted.push_back(std::move(certificate.certificate));
  ::ERR_clear_error();
  return contents;
}

}  // namespace

TlsResult<StoreContents> read_pkcs12(ByteView file, const Password& store_password, const Password& key_password) {
  const auto* at = reinterpret_cast<const unsigned char*>(file.data());
  const Pkcs12Ptr store(::d2i_PKCS12(nullptr, &at, static_cast<long>(file.size())));
  if (!store) {
    ::ERR_clear_error();
    return TlsError{"the store is neither JKS nor PKCS12"};
  }
  allow_old_ciphers();
  const std::string password = store_password.value_or("");
  if (password.size() > kPasswordBytesMax) return TlsError{"the store's password is longer than 1024 bytes"};
  if (store_password && ::PKCS12_mac_present(store.get()) != 0 &&
      ::PKCS12_verify_mac(store.get(), password.c_str(), static_cast<int>(password.size())) != 1)
    return TlsError{fmt::format("the PKCS12 store's password is wrong ({})", openssl_reason())};
  auto found = take_safes(store.get(), store_password, key_password);
  if (!found) return found.error();
  return assemble(std::move(*found));
}

}  // namespace muir::auth
