#include "wire/schema/registry.h"

#include <algorithm>
#include <array>

#include "wire/codec/errc.h"

namespace muir::wire {
namespace {

constexpr std::size_t kKeysMax = 256;

struct ByKey {
  std::array<const MessageTable*, kKeysMax> requests{};
  std::array<const MessageTable*, kKeysMax> responses{};
  std::array<const MessageTable*, kKeysMax> metadata_records{};
};

const ByKey& by_key() {
  static const ByKey index = [] {
    ByKey made;
    for (const MessageTable* message : all_messages()) {
      const auto key = static_cast<std::size_t>(message->api_key);
      if (message->type == MessageType::request) made.requests[key] = message;
      if (message->type == MessageType::response) made.responses[key] = message;
      if (message->type == MessageType::metadata_record) made.metadata_records[key] = message;
    }
    return made;
  }();
  return index;
}

const MessageTable* at(const std::array<const MessageTable*, kKeysMax>& messages, std::int64_t key) {
  return key < 0 || key >= static_cast<std::int64_t>(kKeysMax) ? nullptr : messages[static_cast<std::size_t>(key)];
}

}  // namespace

const MessageTable* find_message(std::string_view name) {
  const auto messages = all_messages();
  const auto found = std::ranges::find(messages, name, [](const MessageTable* message) { return message->name; });
  return found == messages.end() ? nullptr : *found;
}

const MessageTable* find_request(ApiKey key) { return at(by_key().requests, static_cast<std::int16_t>(key)); }

const MessageTable* find_response(ApiKey key) { return at(by_key().responses, static_cast<std::int16_t>(key)); }

const MessageTable* find_metadata_record(std::uint32_t type) { return at(by_key().metadata_records, type); }

Result<std::int16_t> request_header_version(ApiKey key, std::int16_t version) {
  const MessageTable* request = find_request(key);
  if (request == nullptr) return make_error_code(Errc::unknown_message);
  return std::int16_t{request->is_flexible(version) ? std::int16_t{2} : std::int16_t{1}};
}

Result<std::int16_t> response_header_version(ApiKey key, std::int16_t version) {
  const MessageTable* response = find_response(key);
  if (response == nullptr) return make_error_code(Errc::unknown_message);
  const bool flexible = key != ApiKey::API_VERSIONS && response->is_flexible(version);
  return std::int16_t{flexible ? std::int16_t{1} : std::int16_t{0}};
}

}  // namespace muir::wire
