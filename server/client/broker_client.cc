#include "server/client/broker_client.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/client/sasl_login.h"
#include "wire/schema/api_versions_request.h"
#include "wire/schema/api_versions_response.h"
#include "wire/schema/registry.h"
#include "wire/schema/response_header.h"

namespace muir::server {
namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr std::int16_t kApiVersionsVersion =
    3;  // Every broker since 2.4 answers it, and a newer one what we know of it.

}  // namespace

ClientResult<BrokerClient> BrokerClient::connect(const std::string& address, const Dialer& dialer) {
  auto stream = dialer.connect(address, kPatience);
  if (!stream) return stream.error();
  BrokerClient client(address, dialer, std::move(*stream));
  const auto learnt = client.learn_versions();
  if (!learnt) return learnt.error();
  if (const auto* login = dialer.login()) {
    const auto logged_in = log_in(client, *login);
    if (!logged_in) return client_error(address + ": " + logged_in.error().message);
  }
  return client;
}

ClientResult<> BrokerClient::learn_versions() {
  wire::ApiVersionsRequest request;
  request.client_software_name = kClientId;
  request.client_software_version = "1";
  const auto answer = call_in<wire::ApiVersionsResponse>(kApiVersionsVersion, request);
  if (!answer) return client_error(address_ + ": " + answer.error().message);
  for (const auto& api : answer->api_keys) {
    const wire::MessageTable* known = wire::find_request(static_cast<wire::ApiKey>(api.api_key));
    if (known == nullptr) continue;
    const std::int16_t best = std::min(api.max_version, known->versions.max);
    if (best >= std::max(api.min_version, known->versions.min)) versions_.set(api.api_key, best);
  }
  return {};
}

ClientResult<> BrokerClient::begin(wire::Writer& writer, wire::ApiKey key, std::int16_t version) {
  return begin_request_frame(writer, key, version, ++correlation_id_);
}

ClientResult<ByteView> BrokerClient::exchange(wire::Writer& writer, wire::ApiKey key, std::int16_t version) {
  finish_request_frame(writer);
  const auto sent = stream_.send(writer.bytes());
  if (!sent) return sent.error();
  std::array<std::byte, 4> size{};
  const auto prefix = stream_.receive(size);
  if (!prefix) return prefix.error();
  const auto bytes = load_big_endian<std::int32_t>(size.data());
  if (bytes < 0 || static_cast<std::size_t>(bytes) > kAnswerBytesMax) {
    return client_error(fmt::format("{} answers with a frame of {} bytes", address_, bytes));
  }
  answer_.resize(static_cast<std::size_t>(bytes));
  const auto received = stream_.receive(answer_);
  if (!received) return received.error();
  const auto body = read_response_header(answer_, key, version, correlation_id_);
  return body;
}

}  // namespace muir::server
