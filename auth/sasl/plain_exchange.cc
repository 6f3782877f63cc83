#include "auth/sasl/plain_exchange.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "auth/sasl/digest.h"

namespace muir::auth {
namespace {

constexpr std::size_t kParts = 3;

// [authzid] NUL user NUL password.  Of more parts one too many is enough.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (parts.size() <= kParts) {
    const auto nul = text.find('\0');
    parts.push_back(text.substr(0, nul));
    if (nul == std::string_view::npos) break;
    text = text.substr(nul + 1);
  }
  return parts;
}

// Hashes are compared, so that the time tells neither the length nor the beginning of a password, nor whether there is
// a user: for one who does not exist his neighbour's password is looked at, and nothing comes of it.
bool is_password(const PlainUsers& users, std::string_view user, std::string_view password) {
  auto found = users.lower_bound(user);
  if (found == users.end()) found = users.begin();
  if (found == users.end()) return false;
  const bool matches =
      equal_in_constant_time(hash(Digest::sha_256, as_bytes(found->second)), hash(Digest::sha_256, as_bytes(password)));
  return found->first == user && matches;
}

}  // namespace

SaslStep PlainExchange::evaluate(ByteView message) {
  if (std::exchange(is_over_, true)) return SaslStep::failure("the exchange is over");
  const auto parts = split(as_text(message));
  if (parts.size() != kParts)
    return SaslStep::told_failure(
        fmt::format("Invalid SASL/PLAIN response: expected {} tokens, got {}", kParts, parts.size()));
  const std::string_view authorization_id = parts[0], user = parts[1], password = parts[2];
  if (user.empty()) return SaslStep::told_failure("Authentication failed: username not specified");
  if (password.empty()) return SaslStep::told_failure("Authentication failed: password not specified");
  if (!is_password(users_, user, password))
    return SaslStep::told_failure("Authentication failed: Invalid username or password");
  if (!authorization_id.empty() && authorization_id != user)
    return SaslStep::told_failure(
        "Authentication failed: Client requested an authorization id that is different from username");
  identity_.authorization_id = user;
  return SaslStep::success({});
}

}  // namespace muir::auth
