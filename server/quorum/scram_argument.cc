#include "server/quorum/scram_argument.h"

#include <charconv>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "server/config/config_text.h"
#include "server/metadata/record_codec.h"
#include "wire/base/check.h"
#include "wire/codec/base64.h"
#include "wire/schema/user_scram_credential_record.h"

namespace muir::server {
namespace {

constexpr std::int32_t kIterationsDefault = 4096;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kTextMax = 1024;  // Of a name or a password: far beyond what a record's string holds is no use.

using Components = std::map<std::string, std::string, std::less<>>;

// name=value parts; a value may stand in double quotes.
OrSentence<Components> split_components(std::string_view text) {
  Components components;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto comma = std::min(text.find(',', begin), text.size());
    const std::string_view part = text.substr(begin, comma - begin);
    begin = comma + 1;
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) return fmt::format("No equals sign found in SCRAM component: {}", part);
    std::string_view value = part.substr(equals + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    components[std::string(part.substr(0, equals))] = value;
  }
  return components;
}

std::optional<std::string> take(Components& components, std::string_view name) {
  const auto at = components.find(name);
  if (at == components.end()) return std::nullopt;
  auto value = std::move(at->second);
  components.erase(at);
  return value;
}

OrSentence<std::int32_t> parse_iterations(const std::optional<std::string>& text, std::string_view mechanism) {
  if (!text) return kIterationsDefault;
  std::int32_t iterations = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), iterations);
  if (error != std::errc{} || end != text->data() + text->size())
    return fmt::format("Failed to parse iterations count: {}", *text);
  if (iterations < auth::kScramIterationsMin)
    return fmt::format("The 'iterations' value must be >= {} for add-scram using {}", auth::kScramIterationsMin,
                       mechanism);
  if (iterations > auth::kScramIterationsMax)
    return fmt::format("The 'iterations' value must be <= {} for add-scram using {}", auth::kScramIterationsMax,
                       mechanism);
  return iterations;
}

OrSentence<OwnedBytes> parse_salt(const std::optional<std::string>& text) {
  if (!text) return auth::random_bytes(kSaltBytes);
  auto salt = wire::from_base64(*text);
  if (!salt) return fmt::format("Failed to decode given salt: {}", *text);
  return std::move(*salt);
}

OrSentence<InitialScramUser> read_user(auth::ScramMechanism mechanism, Components components) {
  InitialScramUser user;
  user.mechanism = mechanism;
  auto name = take(components, "name");
  if (!name) return std::string("You must supply 'name' to add-scram");
  user.name = std::move(*name);
  const auto salt_text = take(components, "salt");
  const auto iterations_text = take(components, "iterations");
  const auto password = take(components, "password");
  const auto salted_text = take(components, "saltedpassword");
  if (!password && !salted_text)
    return std::string("You must supply one of 'password' or 'saltedpassword' to add-scram");
  if (!password && !salt_text) return std::string("You must supply 'salt' with 'saltedpassword' to add-scram");
  if (!components.empty()) return "Unknown SCRAM configurations: " + components.begin()->first;
  if (user.name.size() > kTextMax || (password && password->size() > kTextMax))
    return fmt::format("A name or password of add-scram is longer than {} bytes", kTextMax);
  auto salt = parse_salt(salt_text);
  if (!salt) return salt.error();
  const auto iterations = parse_iterations(iterations_text, to_text(mechanism));
  if (!iterations) return iterations.error();
  if (password) {
    user.credential = auth::scram_credential(mechanism, std::string_view(*password), std::move(*salt), *iterations);
    return user;
  }
  const auto salted = wire::from_base64(*salted_text);
  if (!salted) return std::string("Failed to decode given saltedPassword");
  user.credential = auth::scram_credential(mechanism, ByteView(*salted), std::move(*salt), *iterations);
  return user;
}

}  // namespace

OwnedBytes InitialScramUser::record() const {
  wire::UserScramCredentialRecord record;
  record.name = name;
  record.mechanism = static_cast<std::int8_t>(mechanism);
  record.salt = credential.salt;
  record.stored_key = credential.stored_key;
  record.server_key = credential.server_key;
  record.iterations = credential.iterations;
  auto frame = encode_record(record, 0);
  CHECK(frame);  // parse_scram_argument() has bounded the name.
  return std::move(*frame);
}

OrSentence<InitialScramUser> parse_scram_argument(std::string_view argument) {
  const std::string_view text = trim(argument);
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return std::string("Failed to find equals sign in SCRAM argument");
  const std::string_view name = text.substr(0, equals);
  const auto mechanism = auth::parse_scram_mechanism(name);
  if (!mechanism) return fmt::format("The add-scram mechanism {} is not supported.", name);
  const std::string_view list = text.substr(equals + 1);
  if (!list.starts_with('[')) return std::string("Expected configuration string to start with [");
  if (!list.ends_with(']')) return std::string("Expected configuration string to end with ]");
  auto components = split_components(list.substr(1, list.size() - 2));
  if (!components) return components.error();
  return read_user(*mechanism, std::move(*components));
}

}  // namespace muir::server
