#include "auth/tls/jks.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "auth/tls/unicode.h"

namespace muir::auth {
namespace {

constexpr std::size_t kDigestBytes = SHA_DIGEST_LENGTH;
constexpr std::string_view kWhitener = "Mighty Aphrodite";
constexpr std::string_view kProtectorOid = "1.3.6.1.4.1.42.2.17.1.1";
constexpr std::uint32_t kKeyTag = 1;
constexpr std::uint32_t kCertificateTag = 2;
constexpr std::uint32_t kEntriesMax = 100'000;
constexpr std::uint32_t kChainMax = 1'000;

using Digest = std::array<std::byte, kDigestBytes>;

// SHA-1 over pieces, one after the other.
Digest sha1(std::initializer_list<ByteView> pieces) {
  Digest digest{};
  const std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>> context(::EVP_MD_CTX_new());
  ::EVP_DigestInit_ex(context.get(), ::EVP_sha1(), nullptr);
  for (const ByteView piece : pieces) ::EVP_DigestUpdate(context.get(), piece.data(), piece.size());
  ::EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

// The fields of a store from its front; once something is missing it has failed and yields nothing more.
class Cursor {
 public:
  explicit Cursor(ByteView bytes) : left_(bytes) {}

  std::uint32_t number() {
    const ByteView field = take(4);
    return field.empty() ? 0 : load_big_endian<std::uint32_t>(field.data());
  }
  std::string text() {
    const ByteView size = take(2);
    if (size.empty()) return {};
    return std::string(as_text(take(load_big_endian<std::uint16_t>(size.data()))));
  }
  ByteView sized_bytes() { return take(number()); }
  void skip(std::size_t bytes) { take(bytes); }

  bool has_failed() const { return has_failed_; }
  bool is_at_end() const { return left_.empty() && !has_failed_; }

 private:
  ByteView take(std::size_t bytes) {
    if (has_failed_ || bytes > left_.size()) {
      has_failed_ = true;
      return {};
    }
    const ByteView taken = left_.first(bytes);
    left_ = left_.subspan(bytes);
    return taken;
  }

  ByteView left_;
  bool has_failed_ = false;
};

struct Header {
  std::uint32_t version = 0;
  std::uint32_t entries = 0;
};

TlsError broken() { return {"the JKS store is cut off or damaged"}; }

// One certificate: from version 2 on its type stands before it.
TlsResult<CertificatePtr> read_certificate(Cursor& cursor, std::uint32_t version) {
  const std::string type = version == 2 ? cursor.text() : "X.509";
  const ByteView der = cursor.sized_bytes();
  if (cursor.has_failed()) return broken();
  if (type != "X.509") return TlsError{fmt::format("the JKS store holds a certificate of type {}", type)};
  CertificatePtr certificate = parse_certificate(der);
  if (!certificate) return TlsError{"the JKS store holds a certificate that is none"};
  return certificate;
}

// The protected key out of its EncryptedPrivateKeyInfo; empty if another algorithm protects it.
OwnedBytes protected_bytes(ByteView der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const EncryptedKeyPtr encrypted(::d2i_X509_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!encrypted) return {};
  const X509_ALGOR* algorithm = nullptr;
  const ASN1_OCTET_STRING* bytes = nullptr;
  ::X509_SIG_get0(encrypted.get(), &algorithm, &bytes);
  char oid[64] = {};
  ::OBJ_obj2txt(oid, sizeof oid, algorithm->algorithm, 1);
  if (oid != kProtectorOid) return {};
  const auto* data = reinterpret_cast<const std::byte*>(::ASN1_STRING_get0_data(bytes));
  return {data, data + ::ASN1_STRING_length(bytes)};
}

TlsResult<KeyPtr> open_key(ByteView der, std::string_view alias, std::string_view password) {
  const OwnedBytes protected_key = protected_bytes(der);
  if (protected_key.empty()) return TlsError{fmt::format("the key '{}' is not protected in the way of JKS", alias)};
  OwnedBytes plain = unprotect_jks_key(protected_key, password);
  if (plain.empty()) return TlsError{fmt::format("the key '{}' cannot be recovered: wrong key password?", alias)};
  KeyPtr key = parse_private_key(plain);
  ::OPENSSL_cleanse(plain.data(), plain.size());
  if (!key) return TlsError{fmt::format("the key '{}' is of a kind that is not known", alias)};
  return key;
}

TlsResult<> read_key_entry(Cursor& cursor, const Header& header, const Password& password, StoreContents& contents) {
  KeyEntry entry;
  entry.alias = cursor.text();
  cursor.skip(8);  // When it was made.
  const ByteView der = cursor.sized_bytes();
  const std::uint32_t count = cursor.number();
  if (cursor.has_failed() || count > kChainMax) return broken();
  for (std::uint32_t i = 0; i < count; ++i) {
    auto certificate = read_certificate(cursor, header.version);
    if (!certificate) return certificate.error();
    entry.chain.push_back(std::move(*certificate));
  }
  if (!entry.chain.empty()) contents.trusted.push_back(share(entry.chain.front().get()));
  if (!password) return {};
  auto key = open_key(der, entry.alias, *password);
  if (!key) return key.error();
  entry.key = std::move(*key);
  contents.keys.push_back(std::move(entry));
  return {};
}

TlsResult<> read_certificate_entry(Cursor& cursor, const Header& header, StoreContents& contents) {
  cursor.text();   // Its alias,
  cursor.skip(8);  // and when it was made.
  auto certificate = read_certificate(cursor, header.version);
  if (!certificate) return certificate.error();
  contents.trusted.push_back(std::move(*certificate));
  return {};
}

TlsResult<StoreContents> read_entries(ByteView body, const Password& key_password) {
  Cursor cursor(body);
  cursor.skip(4);  // The magic.
  const Header header{cursor.number(), cursor.number()};
  if (cursor.has_failed() || header.entries > kEntriesMax) return broken();
  if (header.version != 1 && header.version != 2)
    return TlsError{fmt::format("the JKS store has version {}; 1 and 2 are known", header.version)};
  StoreContents contents;
  for (std::uint32_t i = 0; i < header.entries; ++i) {
    const std::uint32_t tag = cursor.number();
    if (tag != kKeyTag && tag != kCertificateTag) return broken();
    const auto read = tag == kKeyTag ? read_key_entry(cursor, header, key_password, contents)
                                     : read_certificate_entry(cursor, header, contents);
    if (!read) return read.error();
  }
  if (!cursor.is_at_end()) return broken();
  return contents;
}

}  // namespace

bool is_jks(ByteView file) { return file.size() >= 4 && load_big_endian<std::uint32_t>(file.data()) == kJksMagic; }

OwnedBytes unprotect_jks_key(ByteView protected_key, std::string_view password) {
  if (protected_key.size() < 2 * kDigestBytes) return {};
  const OwnedBytes secret = to_utf16(password);
  const ByteView encrypted = protected_key.subspan(kDigestBytes, protected_key.size() - 2 * kDigestBytes);
  Digest block{};
  std::copy_n(protected_key.begin(), kDigestBytes, block.begin());  // The salt.
  OwnedBytes plain(encrypted.size());
  for (std::size_t i = 0; i < encrypted.size(); ++i) {
    if (i % kDigestBytes == 0) block = sha1({secret, block});
    plain[i] = encrypted[i] ^ block[i % kDigestBytes];
  }
  const Digest check = sha1({secret, plain});
  if (::CRYPTO_memcmp(check.data(), protected_key.last(kDigestBytes).data(), kDigestBytes) != 0) return {};
  return plain;
}

TlsResult<StoreContents> read_jks(ByteView file, const Password& store_password, const Password& key_password) {
  if (!is_jks(file) || file.size() < 4 + kDigestBytes) return broken();
  const ByteView body = file.first(file.size() - kDigestBytes);
  if (store_password) {
    const Digest digest = sha1({to_utf16(*store_password), as_bytes(kWhitener), body});
    if (::CRYPTO_memcmp(digest.data(), file.last(kDigestBytes).data(), kDigestBytes) != 0)
      return TlsError{"the JKS store was tampered with, or its password is wrong"};
  }
  return read_entries(body, key_password);
}

}  // namespace muir::auth
