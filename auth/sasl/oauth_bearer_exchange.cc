#include "auth/sasl/oauth_bearer_exchange.h"

#include <algorithm>
#include <utility>

#include "auth/sasl/scram_message.h"

namespace muir::auth {
namespace {

constexpr char kSeparator = '\x01';
constexpr std::string_view kInvalidToken = "{\"status\":\"invalid_token\"}";

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_value_char(char c) { return (c >= 0x20 && c <= 0x7e) || c == '\t' || c == '\r' || c == '\n'; }
bool is_token_char(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'; }

bool equals_ignoring_case(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, {}, [](char c) { return is_letter(c) ? static_cast<char>(c | 0x20) : c; });
}

// "Bearer token".
std::optional<std::string_view> token_of(std::string_view auth) {
  const auto blank = auth.find(' ');
  if (blank == std::string_view::npos || !equals_ignoring_case(auth.substr(0, blank), "bearer")) return std::nullopt;
  const auto begin = auth.find_first_not_of(' ', blank);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view token = auth.substr(begin);
  if (!std::ranges::all_of(token, is_token_char)) return std::nullopt;
  return token;
}

struct Header {
  std::string authorization_id;
  std::string_view rest;
};

// n,[a=authzid], and the separator.
std::optional<Header> read_header(std::string_view message) {
  if (!message.starts_with("n,")) return std::nullopt;
  const auto comma = message.find(',', 2);
  if (comma == std::string_view::npos || comma + 1 == message.size() || message[comma + 1] != kSeparator)
    return std::nullopt;
  Header header{{}, message.substr(comma + 2)};
  const std::string_view authzid = message.substr(2, comma - 2);
  if (authzid.empty()) return header;
  auto name = authzid.starts_with("a=") ? unescape_sasl_name(authzid.substr(2)) : std::nullopt;
  if (!name) return std::nullopt;
  header.authorization_id = std::move(*name);
  return header;
}

}  // namespace

std::optional<OAuthBearerMessage> parse_oauth_bearer_message(std::string_view message) {
  auto header = read_header(message);
  if (!header) return std::nullopt;
  OAuthBearerMessage parsed{std::move(header->authorization_id), {}};
  std::string_view rest = header->rest;
  bool has_token = false;
  while (!rest.empty() && rest.front() != kSeparator) {
    const auto end = rest.find(kSeparator);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view pair = rest.substr(0, end);
    rest = rest.substr(end + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == pair.size()) return std::nullopt;
    const std::string_view name = pair.substr(0, equals), value = pair.substr(equals + 1);
    if (!std::ranges::all_of(name, is_letter) || !std::ranges::all_of(value, is_value_char)) return std::nullopt;
    if (name != "auth") continue;
    const auto token = token_of(value);
    if (!token || has_token) return std::nullopt;
    parsed.token = *token;
    has_token = true;
  }
  if (!has_token || rest.size() != 1) return std::nullopt;
  return parsed;
}

SaslStep OAuthBearerExchange::evaluate(ByteView bytes) {
  const Expects expected = std::exchange(expects_, Expects::nothing);
  const std::string_view message = as_text(bytes);
  // The client has read why, and says so: now the exchange may fail (RFC 7628, section 3.2.3).
  if (expected == Expects::acknowledgement)
    return {SaslStep::Verdict::failure, {}, std::string(kInvalidToken), std::move(refusal_)};
  if (expected == Expects::nothing) return SaslStep::failure("the exchange is over");
  const auto parsed = parse_oauth_bearer_message(message);
  if (!parsed) return SaslStep::failure("the client's message is malformed");
  auto claims = verify_(parsed->token);
  if (!claims) {
    refusal_ = claims.error();
    expects_ = Expects::acknowledgement;
    return SaslStep::challenge(std::string(kInvalidToken));
  }
  if (!parsed->authorization_id.empty() && parsed->authorization_id != claims->subject)
    return SaslStep::told_failure("Authentication failed: Client requested an authorization id (" +
                                  parsed->authorization_id + ") that is different from the token's principal name (" +
                                  claims->subject + ")");
  identity_ = {std::move(claims->subject), claims->expires_at_ms, false};
  return SaslStep::success({});
}

}  // namespace muir::auth
