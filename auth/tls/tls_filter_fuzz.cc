// Any bytes from a stranger: the filter takes them all or fails for good, and answers with no more than a handshake
// has. The first byte says how the rest is cut into pieces, and whether a certificate is asked for.
#include <algorithm>
#include <cstdlib>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "auth/tls/tls_filter.h"

namespace {

using namespace muir::auth;

std::string pem_of(auto write) {
  const std::unique_ptr<BIO, FreeWith<BIO_free>> bio(::BIO_new(::BIO_s_mem()));
  write(bio.get());
  char* data = nullptr;
  const long size = ::BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// A key of one's own, signed by itself.
TlsSettings settings_with(TlsSettings::ClientAuth auth) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  const CertificatePtr certificate(::X509_new());
  ::X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  ::X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
  ::X509_set_pubkey(certificate.get(), key.get());
  ::X509_sign(certificate.get(), key.get(), ::EVP_sha256());
  TlsSettings settings;
  settings.keystore.type = settings.truststore.type = "PEM";
  settings.keystore.certificates = settings.truststore.certificates =
      pem_of([&](BIO* bio) { ::PEM_write_bio_X509(bio, certificate.get()); });
  settings.key =
      pem_of([&](BIO* bio) { ::PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  settings.client_auth = auth;
  return settings;
}

std::shared_ptr<const TlsContext> context(bool asks) {
  static const auto make = [](TlsSettings::ClientAuth auth) {
    auto made = TlsContext::create(settings_with(auth), "FUZZ", muir::system_clock());
    if (!made) std::abort();
    return *made;
  };
  static const auto plain = make(TlsSettings::ClientAuth::none), mutual = make(TlsSettings::ClientAuth::required);
  return asks ? mutual : plain;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kAnswerBytesMax = 64 * 1024;
  if (size == 0) return 0;
  const std::size_t piece_bytes = (data[0] & 0x7F) == 0 ? size : data[0] & 0x7F;
  TlsFilter filter(context(data[0] >= 0x80));
  muir::ByteView left(reinterpret_cast<const std::byte*>(data + 1), size - 1);
  muir::OwnedBytes out;
  while (!left.empty() && !filter.is_open()) {
    muir::ByteView piece = left.first(std::min(piece_bytes, left.size()));
    left = left.subspan(piece.size());
    const auto progress = filter.handshake(piece, out);
    if (!progress && filter.handshake(piece, out)) std::abort();  // A failure is for good.
    if (!progress) break;
    if (!piece.empty() && !filter.is_open()) std::abort();
  }
  if (out.size() > kAnswerBytesMax) std::abort();
  filter.close(out);
  return 0;
}
