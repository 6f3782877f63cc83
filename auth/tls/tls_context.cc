#include "auth/tls/tls_context.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <strings.h>

#include "auth/tls/cipher_suites.h"
#include "auth/tls/distinguished_name.h"
#include "auth/tls/stores.h"
#include "auth/tls/subject_names.h"

namespace muir::auth {
namespace {

constexpr std::size_t kHandshakeMessageBytesMax = 32 * 1024;  // As Java's; bounds the certificates of a client.
constexpr int kChainMax = 10;                                 // As Java's.
constexpr std::string_view kOldProtocols[] = {"SSLv2Hello", "SSLv3", "TLSv1", "TLSv1.1"};  // Java 17 does without too.

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

TlsResult<> check_protocol_names(const TlsSettings& settings) {
  for (const std::string& name : settings.enabled_protocols) {
    const bool is_old = std::ranges::find(kOldProtocols, name) != std::end(kOldProtocols);
    if (!is_old && name != "TLSv1.2" && name != "TLSv1.3")
      return TlsError{
          fmt::format("Unsupported protocol {} in ssl.enabled.protocols: TLSv1.2 and TLSv1.3 are allowed", name)};
  }
  constexpr std::string_view kContexts[] = {"TLS", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "SSL", "SSLv3"};
  if (std::ranges::find(kContexts, settings.protocol) == std::end(kContexts))
    return TlsError{fmt::format("ssl.protocol {} is not known: TLSv1.3, TLSv1.2 and TLS are", settings.protocol)};
  return {};
}

int verify_mode(TlsSettings::ClientAuth auth) {
  switch (auth) {
    case TlsSettings::ClientAuth::none:
      return SSL_VERIFY_NONE;
    case TlsSettings::ClientAuth::requested:
      return SSL_VERIFY_PEER;
    case TlsSettings::ClientAuth::required:
      return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

}  // namespace

TlsContext::TlsContext(TlsSettings settings, PrincipalMapper mapper, const Clock& clock)
    : settings_(std::move(settings)),
      mapper_(std::move(mapper)),
      ticket_keys_(clock),
      context_(::SSL_CTX_new(::TLS_server_method())) {}

TlsResult<std::shared_ptr<const TlsContext>> TlsContext::create(const TlsSettings& settings, std::string_view listener,
                                                                const Clock& clock) {
  auto mapper = PrincipalMapper::parse(settings.principal_mapping_rules);
  if (!mapper) return mapper.error();
  const std::shared_ptr<TlsContext> context(new TlsContext(settings, std::move(*mapper), clock));
  if (!context->context_) return TlsError{fmt::format("TLS cannot be used: {}", openssl_reason())};
  for (const auto step : {&TlsContext::set_protocols, &TlsContext::set_key, &TlsContext::set_trust}) {
    const auto done = (context.get()->*step)();
    if (!done) return done.error();
  }
  context->set_sessions(listener);
  return std::shared_ptr<const TlsContext>(context);
}

// With suites of one version only, the other version is not offered: it would be agreed on, and then fail.
TlsResult<> TlsContext::set_protocols() {
  const auto names = check_protocol_names(settings_);
  if (!names) return names.error();
  bool has_12 = contains(settings_.enabled_protocols, "TLSv1.2");
  bool has_13 = contains(settings_.enabled_protocols, "TLSv1.3");
  SSL_CTX* const context = context_.get();
  if (!settings_.cipher_suites.empty()) {
    const auto suites = parse_cipher_suites(settings_.cipher_suites);
    if (!suites) return suites.error();
    has_12 = has_12 && !suites->tls12.empty() && ::SSL_CTX_set_cipher_list(context, suites->tls12.c_str()) == 1;
    has_13 = has_13 && !suites->tls13.empty() && ::SSL_CTX_set_ciphersuites(context, suites->tls13.c_str()) == 1;
    ::ERR_clear_error();
  }
  if (!has_12 && !has_13)
    return TlsError{
        fmt::format("ssl.enabled.protocols [{}] and ssl.cipher.suites [{}] leave nothing of TLSv1.2 and TLSv1.3",
                    fmt::join(settings_.enabled_protocols, ","), fmt::join(settings_.cipher_suites, ","))};
  ::SSL_CTX_set_min_proto_version(context, has_12 ? TLS1_2_VERSION : TLS1_3_VERSION);
  ::SSL_CTX_set_max_proto_version(context, has_13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  ::SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_QUERY_MTU);
  ::SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY | SSL_MODE_NO_AUTO_CHAIN);
  ::SSL_CTX_set_max_cert_list(context, kHandshakeMessageBytesMax);
  return {};
}

TlsResult<> TlsContext::set_key() {
  const auto store = load_key_store(settings_);
  if (!store) return store.error();
  if (!*store) return TlsError{"there is no key store: set ssl.keystore.location, or ssl.keystore.key and its chain"};
  return use_keys(**store);
}

// One key of a kind (RSA, ECDSA) is what a server can choose from; the first of each is taken.
TlsResult<> TlsContext::use_keys(const StoreContents& store) {
  std::vector<int> kinds;
  for (const KeyEntry& entry : store.keys) {
    X509* const own = entry.chain.empty() ? nullptr : entry.chain.front().get();
    if (own == nullptr) return TlsError{fmt::format("the key '{}' has no certificate", entry.alias)};
    identities_.push_back({entry.alias, distinguished_name(::X509_get_subject_name(own)), alternative_names(own)});
    const int kind = ::EVP_PKEY_get_base_id(entry.key.get());
    if (std::ranges::find(kinds, kind) != kinds.end()) continue;
    kinds.push_back(kind);
    const std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * s) { sk_X509_free(s); })> issuers(
        sk_X509_new_null());
    for (std::size_t i = 1; i < entry.chain.size(); ++i) sk_X509_push(issuers.get(), entry.chain[i].get());
    if (::SSL_CTX_use_cert_and_key(context_.get(), own, entry.key.get(), issuers.get(), 1) != 1)
      return TlsError{fmt::format("the key '{}' or its certificate cannot be used: {}", entry.alias, openssl_reason())};
  }
  return {};
}

// A certificate that stands in the store is trusted itself, whoever issued it, as in Java.
TlsResult<> TlsContext::set_trust() {
  const auto store = load_trust_store(settings_);
  if (!store) return store.error();
  SSL_CTX* const context = context_.get();
  ::SSL_CTX_set_verify(context, verify_mode(settings_.client_auth), nullptr);
  ::SSL_CTX_set_verify_depth(context, kChainMax);
  if (!*store) {
    ::SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  X509_STORE* const trusted = ::SSL_CTX_get_cert_store(context);
  ::X509_STORE_set_flags(trusted, X509_V_FLAG_PARTIAL_CHAIN);
  for (const CertificatePtr& certificate : (*store)->trusted) {
    ::X509_STORE_add_cert(trusted, certificate.get());
    if (settings_.client_auth != TlsSettings::ClientAuth::none) ::SSL_CTX_add_client_CA(context, certificate.get());
  }
  ::ERR_clear_error();
  return {};
}

// Sessions live in tickets that the clients keep: nothing is stored here.  They are bound to the listener by name, and
// to this very context by its keys.
void TlsContext::set_sessions(std::string_view listener) {
  unsigned char id[SHA256_DIGEST_LENGTH];
  ::SHA256(reinterpret_cast<const unsigned char*>(listener.data()), listener.size(), id);
  ::SSL_CTX_set_session_id_context(context_.get(), id, sizeof id);
  ::SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_timeout(context_.get(), std::chrono::seconds(TicketKeys::kPeriod).count());
  ::SSL_CTX_set_num_tickets(context_.get(), 1);
  ticket_keys_.install(context_.get());
}

std::optional<Principal> TlsContext::principal_of(const SSL* connection) const {
  const X509* const certificate = ::SSL_get0_peer_certificate(connection);
  if (certificate == nullptr) return Principal{};
  auto user = mapper_.user_of(distinguished_name(::X509_get_subject_name(certificate)));
  if (!user) return std::nullopt;
  return Principal{"User", std::move(*user)};
}

TlsResult<> TlsContext::check_successor_of(const TlsContext& before) const {
  const auto trusts = [](const TlsSettings::Store& store) { return store.location || store.certificates; };
  if (!trusts(before.settings_.truststore) && trusts(settings_.truststore))
    return TlsError{"Cannot add SSL truststore to an existing listener for which no truststore was configured."};
  if (identities_.size() != before.identities_.size())
    return TlsError{
        fmt::format("Keystore entries do not match, existing store contains {} entries, new store contains {} entries",
                    before.identities_.size(), identities_.size())};
  for (std::size_t i = 0; i < identities_.size(); ++i) {
    const Identity &old = before.identities_[i], &now = identities_[i];
    if (!settings_.allow_dn_changes &&
        ::strcasecmp(old.distinguished_name.c_str(), now.distinguished_name.c_str()) != 0)
      return TlsError{fmt::format(
          "Keystore DistinguishedName does not match:  existing={{alias={}, DN={}}}, new={{alias={}, DN={}}}",
          old.alias, old.distinguished_name, now.alias, now.distinguished_name)};
    if (!settings_.allow_san_changes && !std::ranges::includes(now.alternative_names, old.alternative_names))
      return TlsError{fmt::format(
          "Keystore SubjectAltNames do not match:  existing={{alias={}, SAN=[{}]}}, new={{alias={}, SAN=[{}]}}",
          old.alias, fmt::join(old.alternative_names, ", "), now.alias, fmt::join(now.alternative_names, ", "))};
  }
  return {};
}

}  // namespace muir::auth
