#include "auth/tls/pem.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

namespace muir::auth {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

struct Block {
  std::string_view label;
  std::string_view base64;
};

// The next block of `text` whose label ends with `what`, which is cut off the front; nothing when there is none.
std::optional<Block> next_block(std::string_view& text, std::string_view what) {
  for (;;) {
    const auto begin = text.find(kBegin);
    if (begin == std::string_view::npos) return std::nullopt;
    text.remove_prefix(begin + kBegin.size());
    const auto label_end = text.find(kDashes);
    if (label_end == std::string_view::npos) return std::nullopt;
    const std::string_view label = text.substr(0, label_end);
    text.remove_prefix(label_end + kDashes.size());
    const auto end = text.find(kEnd);
    if (end == std::string_view::npos) return std::nullopt;
    const Block block{label, text.substr(0, end)};
    text.remove_prefix(end);
    if (label.ends_with(what)) return block;
  }
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Empty if it is no base64.
OwnedBytes decode_base64(std::string_view base64) {
  std::string digits;
  for (const char c : base64)
    if (!is_space(c)) digits.push_back(c);
  if (digits.size() % 4 != 0) return {};
  OwnedBytes bytes(digits.size() / 4 * 3);
  const int size =
      ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(digits.data()), static_cast<int>(digits.size()));
  std::size_t padding = 0;
  while (padding < 2 && padding < digits.size() && digits[digits.size() - 1 - padding] == '=') ++padding;
  if (size <= 0 || static_cast<std::size_t>(size) < padding) return {};
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

TlsResult<KeyPtr> read_key(std::string_view text, const Password& password) {
  const auto block = next_block(text, "PRIVATE KEY");
  if (!block) return TlsError{"there is no private key in the PEM text"};
  OwnedBytes der = decode_base64(block->base64);
  KeyPtr key;
  if (block->label == "ENCRYPTED PRIVATE KEY") {
    if (!password) return TlsError{"the private key is encrypted, and no key password is given"};
    key = decrypt_private_key(der, *password);
    if (!key) return TlsError{"the private key cannot be decrypted: wrong key password?"};
  } else if (block->label == "PRIVATE KEY") {
    key = parse_private_key(der);
  } else {
    return TlsError{fmt::format("a private key of the form '{}' is not read: convert it to PKCS#8", block->label)};
  }
  ::OPENSSL_cleanse(der.data(), der.size());
  if (!key) return TlsError{"the private key is damaged, or of a kind that is not known"};
  return key;
}

}  // namespace

TlsResult<std::vector<CertificatePtr>> read_pem_certificates(std::string_view text) {
  std::vector<CertificatePtr> certificates;
  while (const auto block = next_block(text, "CERTIFICATE")) {
    CertificatePtr certificate = parse_certificate(decode_base64(block->base64));
    if (!certificate)
      return TlsError{fmt::format("certificate {} of the PEM text is damaged", certificates.size() + 1)};
    certificates.push_back(std::move(certificate));
  }
  if (certificates.empty()) return TlsError{"there is no certificate in the PEM text"};
  return certificates;
}

TlsResult<KeyEntry> read_pem_key(std::string_view certificate_chain, std::string_view key,
                                 const Password& key_password) {
  auto chain = read_pem_certificates(certificate_chain);
  if (!chain) return chain.error();
  auto private_key = read_key(key, key_password);
  if (!private_key) return private_key.error();
  return KeyEntry{"kafka", std::move(*private_key), std::move(*chain)};
}

}  // namespace muir::auth
