#include "auth/sasl/scram_client.h"

#include <charconv>

#include <fmt/format.h>

#include "wire/codec/base64.h"

namespace muir::auth {
namespace {

constexpr std::int32_t kIterationsMax = 1'000'000;

std::string escape_sasl_name(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (c == ',') {
      escaped += "=2C";
    } else if (c == '=') {
      escaped += "=3D";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

struct ServerFirst {
  std::string_view nonce;
  OwnedBytes salt;
  std::int32_t iterations = 0;
};

// r=nonce,s=salt,i=iterations; extensions behind them are none of ours.
std::optional<ServerFirst> parse_server_first(std::string_view message) {
  const auto salt_at = message.find(",s=");
  const auto iterations_at = message.find(",i=", salt_at == std::string_view::npos ? 0 : salt_at);
  if (!message.starts_with("r=") || salt_at == std::string_view::npos || iterations_at == std::string_view::npos)
    return std::nullopt;
  ServerFirst first;
  first.nonce = message.substr(2, salt_at - 2);
  auto salt = wire::from_base64(message.substr(salt_at + 3, iterations_at - salt_at - 3));
  const std::string_view number = message.substr(iterations_at + 3);
  const auto read = std::from_chars(number.data(), number.data() + number.size(), first.iterations);
  if (!salt || salt->empty() || read.ec != std::errc{}) return std::nullopt;
  first.salt = std::move(*salt);
  return first;
}

}  // namespace

ScramClient::ScramClient(ScramMechanism mechanism, std::string user, std::string password, std::string nonce)
    : mechanism_(mechanism),
      password_(std::move(password)),
      nonce_(std::move(nonce)),
      first_bare_(fmt::format("n={},r={}", escape_sasl_name(user), nonce_)) {}

std::optional<std::string> ScramClient::answer(std::string_view server_first) {
  const auto challenge = parse_server_first(server_first);
  if (!challenge || !challenge->nonce.starts_with(nonce_) || challenge->nonce.size() == nonce_.size())
    return std::nullopt;
  if (challenge->iterations < kScramIterationsMin || challenge->iterations > kIterationsMax) return std::nullopt;
  const Digest digest = digest_of(mechanism_);
  const OwnedBytes salted = pbkdf2(digest, password_, challenge->salt, challenge->iterations);
  const OwnedBytes client_key = hmac(digest, salted, as_bytes("Client Key"));
  const std::string without_proof = fmt::format("c=biws,r={}", challenge->nonce);
  const std::string message = fmt::format("{},{},{}", first_bare_, server_first, without_proof);
  OwnedBytes proof = hmac(digest, hash(digest, client_key), as_bytes(message));
  for (std::size_t i = 0; i < proof.size(); ++i) proof[i] ^= client_key[i];
  server_signature_ = hmac(digest, hmac(digest, salted, as_bytes("Server Key")), as_bytes(message));
  return without_proof + ",p=" + wire::to_base64(proof);
}

bool ScramClient::is_proven_by(std::string_view server_final) const {
  if (!server_final.starts_with("v=") || server_signature_.empty()) return false;
  const auto signature = wire::from_base64(server_final.substr(2, server_final.find(',') - 2));
  return signature && equal_in_constant_time(*signature, server_signature_);
}

}  // namespace muir::auth
