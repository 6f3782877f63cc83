#include "auth/tls/stores.h"

#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "auth/tls/jks.h"
#include "auth/tls/pem.h"
#include "auth/tls/pkcs12.h"

namespace muir::auth {
namespace {

constexpr std::size_t kFileBytesMax = 16 << 20;
constexpr std::string_view kPem = "PEM";

bool is_pem(const TlsSettings::Store& store) { return store.type == kPem; }

// `what`: keystore or truststore, as Kafka calls them.
TlsError in_file(std::string_view what, const TlsSettings::Store& store, std::string_view why) {
  return {fmt::format("Failed to load SSL {} {} of type {}: {}", what, store.location.value_or(""), store.type, why)};
}

TlsResult<std::string> read_file(std::string_view what, const TlsSettings::Store& store) {
  std::ifstream file(*store.location, std::ios::binary);
  if (!file) return in_file(what, store, "the file cannot be opened");
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (content.size() > kFileBytesMax) return in_file(what, store, "it is larger than 16 MiB");
  return TlsResult<std::string>(boost::system::in_place_value, std::move(content));
}

// JKS and PKCS12 are told apart by what they are, as Java's keystore.type.compat does.
TlsResult<StoreContents> read_java_store(std::string_view what, const TlsSettings::Store& store,
                                         const Password& key_password) {
  if (store.type != "JKS" && store.type != "PKCS12")
    return TlsError{fmt::format("SSL {} type {} is not known: JKS, PKCS12 and PEM are", what, store.type)};
  const auto content = read_file(what, store);
  if (!content) return content.error();
  const ByteView bytes = as_bytes(*content);
  auto contents =
      is_jks(bytes) ? read_jks(bytes, store.password, key_password) : read_pkcs12(bytes, store.password, key_password);
  if (!contents) return in_file(what, store, contents.error().message);
  return contents;
}

// Which of the settings of a key store contradict each other.
TlsResult<> check_key_settings(const TlsSettings& settings) {
  const TlsSettings::Store& store = settings.keystore;
  if (settings.key) {
    if (!is_pem(store))
      return TlsError{
          fmt::format("SSL private key can be specified only for PEM, but key store type is {}.", store.type)};
    if (!store.certificates) return TlsError{"SSL private key is specified, but certificate chain is not specified."};
    if (store.location) return TlsError{"Both SSL key store location and separate private key are specified."};
  } else if (store.certificates) {
    return TlsError{"SSL certificate chain is specified, but private key is not specified"};
  }
  if (is_pem(store) && (settings.key || store.location) && store.password)
    return TlsError{"SSL key store password cannot be specified with PEM format, only key password may be specified."};
  if (settings.key || (is_pem(store) && store.location)) return {};
  if (!store.location && store.password)
    return TlsError{"SSL key store is not specified, but key store password is specified."};
  if (store.location && !store.password)
    return TlsError{"SSL key store is specified, but key store password is not specified."};
  return {};
}

TlsResult<StoreContents> with_key(TlsResult<KeyEntry> entry) {
  if (!entry) return entry.error();
  StoreContents contents;
  contents.keys.push_back(std::move(*entry));
  return contents;
}

TlsResult<StoreContents> read_pem_file(const TlsSettings::Store& store, const Password& key_password) {
  const auto text = read_file("keystore", store);
  if (!text) return text.error();
  auto contents = with_key(read_pem_key(*text, *text, key_password));
  if (!contents) return in_file("keystore", store, contents.error().message);
  return contents;
}

TlsResult<StoreContents> read_key_store(const TlsSettings& settings) {
  const TlsSettings::Store& store = settings.keystore;
  if (settings.key) return with_key(read_pem_key(*store.certificates, *settings.key, settings.key_password));
  if (is_pem(store)) return read_pem_file(store, settings.key_password);
  return read_java_store("keystore", store, settings.key_password ? settings.key_password : store.password);
}

TlsResult<StoreContents> trusting(TlsResult<std::vector<CertificatePtr>> certificates) {
  if (!certificates) return certificates.error();
  StoreContents contents;
  contents.trusted = std::move(*certificates);
  return contents;
}

TlsResult<> check_trust_settings(const TlsSettings::Store& store) {
  if (store.certificates) {
    if (!is_pem(store))
      return TlsError{
          fmt::format("SSL trust store certs can be specified only for PEM, but trust store type is {}.", store.type)};
    if (store.location) return TlsError{"Both SSL trust store location and separate trust certificates are specified."};
  }
  if (is_pem(store) && (store.certificates || store.location) && store.password)
    return TlsError{"SSL trust store password cannot be specified for PEM format."};
  if (!store.location && store.password)
    return TlsError{"SSL trust store is not specified, but trust store password is specified."};
  return {};
}

TlsResult<StoreContents> read_trust_store(const TlsSettings::Store& store) {
  if (store.certificates) return trusting(read_pem_certificates(*store.certificates));
  if (!is_pem(store)) return read_java_store("truststore", store, std::nullopt);
  const auto text = read_file("truststore", store);
  if (!text) return text.error();
  auto contents = trusting(read_pem_certificates(*text));
  if (!contents) return in_file("truststore", store, contents.error().message);
  return contents;
}

}  // namespace

TlsResult<std::optional<StoreContents>> load_key_store(const TlsSettings& settings) {
  const auto sound = check_key_settings(settings);
  if (!sound) return sound.error();
  if (!settings.key && !settings.keystore.location) return std::optional<StoreContents>{};
  auto contents = read_key_store(settings);
  if (!contents) return contents.error();
  if (contents->keys.empty()) return in_file("keystore", settings.keystore, "there is no key with a certificate in it");
  return std::optional(std::move(*contents));
}

TlsResult<std::optional<StoreContents>> load_trust_store(const TlsSettings& settings) {
  const TlsSettings::Store& store = settings.truststore;
  const auto sound = check_trust_settings(store);
  if (!sound) return sound.error();
  if (!store.certificates && !store.location) return std::optional<StoreContents>{};
  auto contents = read_trust_store(store);
  if (!contents) return contents.error();
  if (contents->trusted.empty())
    return TlsError{
        fmt::format("Failed to load SSL trust store {}: it holds no trusted certificate, or its password is missing",
                    store.location.value_or(""))};
  return std::optional(std::move(*contents));
}

}  // namespace muir::auth
