#include "server/quorum/initial_controllers.h"

#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace muir::server {
namespace {

std::optional<std::int32_t> integer(std::string_view text) {
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Takes the host from the front of `text`; what stays begins with the colon before the port.  Yields what is wrong.
std::optional<std::string> take_host(std::string_view& text, std::string& host) {
  const bool bracketed = text.starts_with('[');
  const auto end = text.find(bracketed ? ']' : ':');
  if (end == text.npos && bracketed) return "Hostname began with left bracket, but no right bracket was found.";
  if (end == text.npos) return "No colon following hostname could be found.";
  host = text.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0));
  text.remove_prefix(bracketed ? end + 1 : end);
  return std::nullopt;
}

OrSentence<storage::Voter> parse_voter(std::string_view text, const std::string& listener_name) {
  const auto at = text.find('@');
  if (at == text.npos) return std::string("No @ found in dynamic voter string.");
  if (at == 0) return std::string("Invalid @ at beginning of dynamic voter string.");
  const auto id = integer(text.substr(0, at));
  if (!id) return std::string("Failed to parse node id in dynamic voter string.");
  if (*id < 0) return fmt::format("Invalid negative node id {} in dynamic voter string.", *id);
  text.remove_prefix(at + 1);
  if (text.empty()) return std::string("No hostname found after node id.");

  std::string host;
  if (auto problem = take_host(text, host)) return *problem;
  if (!text.starts_with(':')) return std::string("Port section must start with a colon.");
  text.remove_prefix(1);
  const auto colon = text.find(':');
  if (colon == text.npos) return std::string("No colon following port could be found.");
  const auto port = integer(text.substr(0, colon));
  if (!port) return std::string("Failed to parse port in dynamic voter string.");
  if (*port < 0 || 65535 < *port) return fmt::format("Invalid port {} in dynamic voter string.", *port);
  const auto directory = Uuid::parse(text.substr(colon + 1));
  if (!directory) return std::string("Failed to parse directory ID in dynamic voter string.");
  return storage::Voter{
      {NodeId{*id}, *directory}, {{listener_name, std::move(host), static_cast<std::uint16_t>(*port)}}, {0, 1}};
}

}  // namespace

OrSentence<storage::VoterSet> parse_initial_controllers(std::string_view text, const std::string& listener_name) {
  std::vector<storage::Voter> voters;
  while (!text.empty()) {
    const auto comma = text.find(',');
    std::string_view one = text.substr(0, comma);
    text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one.empty()) continue;
    auto voter = parse_voter(one, listener_name);
    if (!voter) return voter.error();
    for (const auto& other : voters)
      if (other.key.id == voter->key.id)
        return fmt::format("Node id {} was specified more than once.", voter->key.id.value);
    voters.push_back(std::move(*voter));
  }
  if (voters.empty()) return std::string("No voters given.");
  return storage::VoterSet{std::move(voters)};
}

}  // namespace muir::server
