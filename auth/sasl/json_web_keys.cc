#include "auth/sasl/json_web_keys.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "wire/codec/base64.h"

namespace muir::auth {
namespace {

namespace json = boost::json;

constexpr int kRsaBitsMin = 2048;
constexpr std::size_t kModulusBytesMax = 2048;

enum class Kind : std::uint8_t { rsa_pkcs1, rsa_pss, ecdsa };

struct Algorithm {
  std::string_view name;
  Kind kind;
  const EVP_MD* (*digest)();
  const char* curve;            // Of OpenSSL.
  std::string_view curve_name;  // Of a JWK.
  std::size_t coordinate_bytes;
};

// In the order of JwsAlgorithm.
constexpr std::array kAlgorithms{
    Algorithm{"RS256", Kind::rsa_pkcs1, EVP_sha256, nullptr, "", 0},
    Algorithm{"RS384", Kind::rsa_pkcs1, EVP_sha384, nullptr, "", 0},
    Algorithm{"RS512", Kind::rsa_pkcs1, EVP_sha512, nullptr, "", 0},
    Algorithm{"PS256", Kind::rsa_pss, EVP_sha256, nullptr, "", 0},
    Algorithm{"PS384", Kind::rsa_pss, EVP_sha384, nullptr, "", 0},
    Algorithm{"PS512", Kind::rsa_pss, EVP_sha512, nullptr, "", 0},
    Algorithm{"ES256", Kind::ecdsa, EVP_sha256, "prime256v1", "P-256", 32},
    Algorithm{"ES384", Kind::ecdsa, EVP_sha384, "secp384r1", "P-384", 48},
    Algorithm{"ES512", Kind::ecdsa, EVP_sha512, "secp521r1", "P-521", 66},
};

const Algorithm& row(JwsAlgorithm algorithm) { return kAlgorithms[static_cast<std::size_t>(algorithm)]; }

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;

using Number = Owned<BIGNUM, BN_free>;
using Context = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Params = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;

const unsigned char* raw(ByteView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

Number number(ByteView bytes) { return Number(BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr)); }

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::shared_ptr<EVP_PKEY> public_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) return nullptr;
  return {key, EVP_PKEY_free};
}

std::shared_ptr<EVP_PKEY> rsa_key(const json::object& jwk) {
  const auto n_bytes = from_base64url(text_of(jwk, "n")), e_bytes = from_base64url(text_of(jwk, "e"));
  if (!n_bytes || !e_bytes || n_bytes->size() > kModulusBytesMax || e_bytes->size() > sizeof(std::uint64_t))
    return nullptr;
  const Number n = number(*n_bytes), e = number(*e_bytes);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder || BN_num_bits(n.get()) < kRsaBitsMin || BN_num_bits(e.get()) < 2) return nullptr;
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return public_key("RSA", builder.get());
}

std::shared_ptr<EVP_PKEY> ec_key(const json::object& jwk) {
  const auto curve = std::ranges::find(kAlgorithms, text_of(jwk, "crv"), &Algorithm::curve_name);
  if (curve == kAlgorithms.end() || curve->kind != Kind::ecdsa) return nullptr;
  const auto x = from_base64url(text_of(jwk, "x")), y = from_base64url(text_of(jwk, "y"));
  if (!x || !y || x->size() != curve->coordinate_bytes || y->size() != curve->coordinate_bytes) return nullptr;
  OwnedBytes point{std::byte{POINT_CONVERSION_UNCOMPRESSED}};
  point.insert(point.end(), x->begin(), x->end());
  point.insert(point.end(), y->begin(), y->end());
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder) return nullptr;
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->curve, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return public_key("EC", builder.get());
}

std::optional<JsonWebKey> parse_key(const json::value& value) {
  const json::object* jwk = value.if_object();
  if (jwk == nullptr) return std::nullopt;
  const std::string_view use = text_of(*jwk, "use"), type = text_of(*jwk, "kty"), alg = text_of(*jwk, "alg");
  if (!use.empty() && use != "sig") return std::nullopt;
  const auto algorithm = parse_jws_algorithm(alg);
  if (!alg.empty() && !algorithm) return std::nullopt;
  auto key = type == "RSA" ? rsa_key(*jwk) : type == "EC" ? ec_key(*jwk) : nullptr;
  if (key == nullptr) return std::nullopt;
  return JsonWebKey(std::move(key), std::string(text_of(*jwk, "kid")), algorithm);
}

// A JWS has r and s side by side, OpenSSL wants them in DER.
std::optional<std::vector<unsigned char>> der_signature(ByteView signature, std::size_t coordinate_bytes) {
  if (signature.size() != 2 * coordinate_bytes) return std::nullopt;
  const Owned<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
  Number r = number(signature.first(coordinate_bytes)), s = number(signature.last(coordinate_bytes));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return std::nullopt;
  static_cast<void>(r.release());  // The pair's now.
  static_cast<void>(s.release());
  const int size = i2d_ECDSA_SIG(pair.get(), nullptr);
  if (size <= 0) return std::nullopt;
  std::vector<unsigned char> der(static_cast<std::size_t>(size));
  unsigned char* at = der.data();
  i2d_ECDSA_SIG(pair.get(), &at);
  return der;
}

}  // namespace

std::optional<JwsAlgorithm> parse_jws_algorithm(std::string_view name) {
  const auto at = std::ranges::find(kAlgorithms, name, &Algorithm::name);
  if (at == kAlgorithms.end()) return std::nullopt;
  return static_cast<JwsAlgorithm>(at - kAlgorithms.begin());
}

std::optional<OwnedBytes> from_base64url(std::string_view text) {
  std::string standard(text);
  for (char& c : standard) {
    if (c == '+' || c == '/' || c == '=') return std::nullopt;
    if (c == '-') c = '+';
    if (c == '_') c = '/';
  }
  while (standard.size() % 4 != 0) standard += '=';
  return wire::from_base64(standard);
}

JsonWebKey::JsonWebKey(std::shared_ptr<evp_pkey_st> key, std::string id, std::optional<JwsAlgorithm> algorithm)
    : key_(std::move(key)), id_(std::move(id)), algorithm_(algorithm) {}

bool JsonWebKey::fits(JwsAlgorithm algorithm) const {
  if (algorithm_ && *algorithm_ != algorithm) return false;
  const Algorithm& wanted = row(algorithm);
  if (wanted.kind != Kind::ecdsa) return EVP_PKEY_is_a(key_.get(), "RSA") == 1;
  char curve[32] = {};
  std::size_t size = 0;
  return EVP_PKEY_is_a(key_.get(), "EC") == 1 && EVP_PKEY_get_group_name(key_.get(), curve, sizeof curve, &size) == 1 &&
         std::string_view(curve) == wanted.curve;
}

bool JsonWebKey::verifies(JwsAlgorithm algorithm, ByteView signed_bytes, ByteView signature) const {
  const Algorithm& wanted = row(algorithm);
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  if (!context || EVP_DigestVerifyInit(context.get(), &key_context, wanted.digest(), nullptr, key_.get()) != 1)
    return false;
  if (wanted.kind == Kind::rsa_pss && (EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) != 1 ||
                                       EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) != 1))
    return false;
  std::optional<std::vector<unsigned char>> der;
  if (wanted.kind == Kind::ecdsa) {
    der = der_signature(signature, wanted.coordinate_bytes);
    if (!der) return false;
  }
  return EVP_DigestVerify(context.get(), der ? der->data() : raw(signature), der ? der->size() : signature.size(),
                          raw(signed_bytes), signed_bytes.size()) == 1;
}

boost::system::result<JsonWebKeys, std::string> JsonWebKeys::parse(std::string_view text) {
  boost::system::error_code error;
  const json::value root = json::parse(text, error);
  if (error) return std::string("it is not JSON");
  const json::object* set = root.if_object();
  const json::value* list = set == nullptr ? nullptr : set->if_contains("keys");
  const json::array* keys = list == nullptr ? nullptr : list->if_array();
  if (keys == nullptr) return std::string("it has no array `keys`");
  if (keys->size() > kKeysMax) return std::string("it has too many keys");
  JsonWebKeys parsed;
  for (const json::value& value : *keys)
    if (auto key = parse_key(value)) parsed.keys_.push_back(std::move(*key));
  return parsed;
}

std::vector<const JsonWebKey*> JsonWebKeys::candidates(std::string_view id, JwsAlgorithm algorithm) const {
  std::vector<const JsonWebKey*> found;
  for (const JsonWebKey& key : keys_)
    if ((id.empty() || key.id() == id) && key.fits(algorithm)) found.push_back(&key);
  return found;
}

bool JsonWebKeys::has(std::string_view id) const {
  return std::ranges::find(keys_, id, &JsonWebKey::id) != keys_.end();
}

}  // namespace muir::auth
