#include "auth/tls/store_contents.h"

namespace muir::auth {
namespace {

const unsigned char* unsigned_data(ByteView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

KeyPtr to_key(const KeyInfoPtr& info) { return KeyPtr(info ? ::EVP_PKCS82PKEY(info.get()) : nullptr); }

}  // namespace

CertificatePtr parse_certificate(ByteView der) {
  const unsigned char* at = unsigned_data(der);
  CertificatePtr certificate(::d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (certificate && at != unsigned_data(der) + der.size()) return nullptr;
  return certificate;
}

KeyPtr parse_private_key(ByteView pkcs8) {
  const unsigned char* at = unsigned_data(pkcs8);
  return to_key(KeyInfoPtr(::d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(pkcs8.size()))));
}

KeyPtr decrypt_private_key(ByteView encrypted_pkcs8, std::string_view password) {
  const unsigned char* at = unsigned_data(encrypted_pkcs8);
  const EncryptedKeyPtr encrypted(::d2i_X509_SIG(nullptr, &at, static_cast<long>(encrypted_pkcs8.size())));
  if (!encrypted) return nullptr;
  return to_key(KeyInfoPtr(::PKCS8_decrypt(encrypted.get(), password.data(), static_cast<int>(password.size()))));
}

}  // namespace muir::auth
