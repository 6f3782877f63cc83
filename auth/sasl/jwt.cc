#include "auth/sasl/jwt.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace muir::auth {
namespace {

namespace json = boost::json;

template <class T>
using OrReason = boost::system::result<T, std::string>;

// header.payload.signature, each in base64url.
struct Jws {
  json::object header;
  json::object claims;
  std::string_view signed_text;
  OwnedBytes signature;
};

std::optional<json::object> object_of(std::string_view part) {
  const auto bytes = from_base64url(part);
  if (!bytes) return std::nullopt;
  boost::system::error_code error;
  json::value value = json::parse(as_text(*bytes), error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

OrReason<Jws> split(std::string_view token) {
  if (token.size() > kJwtBytesMax) return std::string("the token is too long");
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return std::string("the token has not three parts");
  auto header = object_of(token.substr(0, first));
  auto claims = object_of(token.substr(first + 1, second - first - 1));
  auto signature = from_base64url(token.substr(second + 1));
  if (!header || !claims || !signature) return std::string("a part of the token cannot be read");
  return Jws{std::move(*header), std::move(*claims), token.substr(0, second), std::move(*signature)};
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

// Seconds since 1970, perhaps with a fraction, in milliseconds.
std::optional<std::int64_t> time_of(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double seconds = value->to_number<double>();
  constexpr double kSecondsMax = 1e11;  // The year 5138.
  if (!(std::abs(seconds) < kSecondsMax)) return std::nullopt;
  return static_cast<std::int64_t>(seconds * 1000);
}

bool is_signed(const Jws& jws, const JsonWebKeys& keys) {
  const auto algorithm = parse_jws_algorithm(text_of(jws.header, "alg"));
  // An extension that one must understand (RFC 7515, section 4.1.11), and we know none.
  if (!algorithm || jws.header.contains("crit")) return false;
  for (const JsonWebKey* key : keys.candidates(text_of(jws.header, "kid"), *algorithm))
    if (key->verifies(*algorithm, as_bytes(jws.signed_text), jws.signature)) return true;
  return false;
}

bool is_for_us(const json::object& claims, const JwtRules& rules) {
  const json::value* audience = claims.if_contains("aud");
  if (rules.audiences.empty()) return audience == nullptr;
  if (audience == nullptr) return false;
  const auto is_ours = [&](const json::value& value) {
    const json::string* text = value.if_string();
    return text != nullptr && std::ranges::find(rules.audiences, std::string_view(*text)) != rules.audiences.end();
  };
  const json::array* several = audience->if_array();
  return several == nullptr ? is_ours(*audience) : std::ranges::any_of(*several, is_ours);
}

// A string, or an array of distinct ones.
bool has_sound_scope(const json::object& claims, const JwtRules& rules) {
  const json::value* scope = claims.if_contains(rules.scope_claim);
  if (scope == nullptr) return true;
  if (scope->is_string()) return !scope->get_string().empty();
  const json::array* several = scope->if_array();
  if (several == nullptr) return true;  // As if there were none.
  std::vector<std::string_view> seen;
  for (const json::value& value : *several) {
    const json::string* text = value.if_string();
    if (text == nullptr || text->empty() || std::ranges::find(seen, std::string_view(*text)) != seen.end())
      return false;
    seen.emplace_back(*text);
  }
  return true;
}

OrReason<JwtClaims> check_claims(const json::object& claims, const JwtRules& rules, std::int64_t now_ms) {
  const std::int64_t skew_ms = std::chrono::milliseconds(rules.clock_skew).count();
  const auto expires = time_of(claims, "exp"), issued = time_of(claims, "iat"), begins = time_of(claims, "nbf");
  if (!expires || !issued) return std::string("the token has no exp or no iat");
  if (now_ms - skew_ms >= *expires) return std::string("the token has expired");
  if (claims.contains("nbf") && (!begins || now_ms + skew_ms < *begins))
    return std::string("the token is not valid yet");
  if (rules.issuer && text_of(claims, "iss") != *rules.issuer) return std::string("the token is of another issuer");
  if (!is_for_us(claims, rules)) return std::string("the token is for another audience");
  if (!has_sound_scope(claims, rules)) return std::string("the token's scope cannot be read");
  const std::string_view subject = text_of(claims, rules.subject_claim);
  const bool is_blank = std::ranges::all_of(subject, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
  if (is_blank) return std::string("the token has no subject");
  return JwtClaims{*expires, std::string(subject)};
}

}  // namespace

OrReason<JwtClaims> verify_jwt(std::string_view token, const JsonWebKeys& keys, const JwtRules& rules,
                               std::int64_t now_ms) {
  const auto jws = split(token);
  if (!jws) return jws.error();
  if (!is_signed(*jws, keys)) return std::string("no key of the issuer has signed the token");
  return check_claims(jws->claims, rules, now_ms);
}

std::string jwt_key_id(std::string_view token) {
  if (token.size() > kJwtBytesMax) return {};
  const auto header = object_of(token.substr(0, token.find('.')));
  return header ? std::string(text_of(*header, "kid")) : std::string();
}

}  // namespace muir::auth
