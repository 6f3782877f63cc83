#include "auth/sasl/scram_message.h"

#include <algorithm>
#include <utility>

#include "wire/codec/base64.h"

namespace muir::auth {
namespace {

bool is_value_char(char c) { return c >= 0x01 && c != ',' && static_cast<unsigned char>(c) < 0x80; }
bool is_printable(char c) { return c >= 0x21 && c <= 0x7e && c != ','; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// Cuts the attributes of a message off its front, one after the other.
class Attributes {
 public:
  explicit Attributes(std::string_view rest) : rest_(rest) {}

  bool at_end() const { return is_spent_; }
  bool begins_with(std::string_view prefix) const { return !is_spent_ && rest_.starts_with(prefix); }

  // Up to the next comma, which it takes too.
  std::string_view next() {
    const auto comma = rest_.find(',');
    const std::string_view attribute = rest_.substr(0, comma);
    is_spent_ = comma == std::string_view::npos;
    rest_ = is_spent_ ? std::string_view() : rest_.substr(comma + 1);
    return attribute;
  }

 private:
  std::string_view rest_;
  bool is_spent_ = false;
};

bool is_nonce(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_printable); }

// name=value.
bool is_extension(std::string_view attribute) {
  const auto equals = attribute.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == attribute.size()) return false;
  return std::ranges::all_of(attribute.substr(0, equals), is_letter) &&
         std::ranges::all_of(attribute.substr(equals + 1), is_value_char);
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// The rest of a client-first message: the nonce and what Kafka calls extensions.
bool read_nonce_and_extensions(Attributes& attributes, ScramClientFirst& first) {
  if (!attributes.begins_with("r=")) return false;
  first.nonce = attributes.next().substr(2);
  if (!is_nonce(first.nonce)) return false;
  constexpr std::string_view kTokenAuth = "tokenauth=";
  while (!attributes.at_end()) {
    const std::string_view extension = attributes.next();
    if (!is_extension(extension)) return false;
    if (extension.starts_with(kTokenAuth))
      first.is_token_authenticated = equals_ignoring_case(extension.substr(kTokenAuth.size()), "true");
  }
  return true;
}

}  // namespace

std::optional<std::string> unescape_sasl_name(std::string_view name) {
  std::string plain;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '=') {
      if (!is_value_char(name[i])) return std::nullopt;
      plain += name[i];
      continue;
    }
    const std::string_view code = name.substr(i, 3);
    if (code != "=2C" && code != "=3D") return std::nullopt;
    plain += code == "=2C" ? ',' : '=';
    i += 2;
  }
  if (plain.empty()) return std::nullopt;
  return plain;
}

std::optional<ScramClientFirst> parse_scram_client_first(std::string_view message) {
  ScramClientFirst first;
  Attributes attributes(message);
  if (attributes.next() != "n" || attributes.at_end()) return std::nullopt;
  const std::string_view authzid = attributes.next();
  if (attributes.at_end()) return std::nullopt;
  if (!authzid.empty()) {
    auto name = authzid.starts_with("a=") ? unescape_sasl_name(authzid.substr(2)) : std::nullopt;
    if (!name) return std::nullopt;
    first.authorization_id = std::move(*name);
  }
  first.gs2_header = message.substr(0, authzid.size() + 3);
  first.bare = message.substr(first.gs2_header.size());
  // An "m=" here is an extension that one must understand, and we do not (RFC 5802, section 5.1).
  if (!attributes.begins_with("n=")) return std::nullopt;
  auto user = unescape_sasl_name(attributes.next().substr(2));
  if (!user || attributes.at_end()) return std::nullopt;
  first.user = std::move(*user);
  if (!read_nonce_and_extensions(attributes, first)) return std::nullopt;
  return first;
}

std::optional<ScramClientFinal> parse_scram_client_final(std::string_view message) {
  ScramClientFinal final;
  Attributes attributes(message);
  if (!attributes.begins_with("c=")) return std::nullopt;
  auto binding = wire::from_base64(attributes.next().substr(2));
  if (!binding || !attributes.begins_with("r=")) return std::nullopt;
  final.channel_binding = std::move(*binding);
  final.nonce = attributes.next().substr(2);
  if (!is_nonce(final.nonce)) return std::nullopt;
  while (!attributes.at_end() && !attributes.begins_with("p="))
    if (!is_extension(attributes.next())) return std::nullopt;
  if (attributes.at_end()) return std::nullopt;
  const std::string_view proof_text = attributes.next();
  auto proof = wire::from_base64(proof_text.substr(2));
  if (!proof || !attributes.at_end()) return std::nullopt;
  final.proof = std::move(*proof);
  final.without_proof = message.substr(0, message.size() - proof_text.size() - 1);
  return final;
}

}  // namespace muir::auth
