#include "auth/sasl/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "wire/base/check.h"

namespace muir::auth {
namespace {

const EVP_MD* algorithm(Digest digest) { return digest == Digest::sha_256 ? EVP_sha256() : EVP_sha512(); }

const unsigned char* bytes_of(ByteView view) {
  static constexpr unsigned char kNone = 0;  // OpenSSL takes a null key for "the last one again".
  return view.empty() ? &kNone : reinterpret_cast<const unsigned char*>(view.data());
}

thread_local std::uint64_t t_hashes_made = 0;

unsigned char* bytes_of(OwnedBytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

std::size_t digest_bytes(Digest digest) { return digest == Digest::sha_256 ? 32 : 64; }

OwnedBytes hash(Digest digest, ByteView data) {
  ++t_hashes_made;
  OwnedBytes out(digest_bytes(digest));
  CHECK(EVP_Digest(bytes_of(data), data.size(), bytes_of(out), nullptr, algorithm(digest), nullptr) == 1);
  return out;
}

OwnedBytes hmac(Digest digest, ByteView key, ByteView data) {
  ++t_hashes_made;
  OwnedBytes out(digest_bytes(digest));
  unsigned int size = 0;
  CHECK(HMAC(algorithm(digest), bytes_of(key), static_cast<int>(key.size()), bytes_of(data), data.size(), bytes_of(out),
             &size) != nullptr);
  CHECK(size == out.size());
  return out;
}

OwnedBytes pbkdf2(Digest digest, std::string_view password, ByteView salt, std::int32_t iterations) {
  OwnedBytes out(digest_bytes(digest));
  CHECK(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(salt),
                          static_cast<int>(salt.size()), iterations, algorithm(digest), static_cast<int>(out.size()),
                          bytes_of(out)) == 1);
  return out;
}

bool equal_in_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

OwnedBytes random_bytes(std::size_t count) {
  OwnedBytes bytes(count);
  CHECK(RAND_bytes(bytes_of(bytes), static_cast<int>(count)) == 1);
  return bytes;
}

std::uint64_t hashes_made() { return t_hashes_made; }

void wipe(OwnedBytes& secret) { OPENSSL_cleanse(secret.data(), secret.size()); }
void wipe(std::string& secret) { OPENSSL_cleanse(secret.data(), secret.size()); }

}  // namespace muir::auth
