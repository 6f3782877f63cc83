#include "server/net/pipeline.h"

#include <memory>
#include <optional>

#include "server/errc.h"
#include "server/handlers/sasl_authentication.h"
#include "server/handlers/sasl_session.h"
#include "server/handlers/services.h"
#include "server/net/errc.h"
#include "server/runtime/log.h"
#include "server/throttling/client_quota_manager.h"
#include "wire/codec/reader.h"
#include "wire/schema/registry.h"
#include "wire/schema/request_header.h"

namespace muir::server {
namespace {

// What every request has in common, in the first four bytes of its header.
struct Target {
  std::int16_t api_key = -1;
  std::int16_t api_version = -1;
};

std::optional<Target> target_of(ByteView frame) {
  if (frame.size() < 4) return std::nullopt;
  return Target{load_big_endian<std::int16_t>(frame.data()), load_big_endian<std::int16_t>(frame.data() + 2)};
}

// A request while it is being worked on: what its views point into.
struct Request final : RequestCharge {
  Request(Services& services, Session& session, Frame f) : frame(std::move(f)), context(services, session, this) {}
  void charge(std::size_t bytes) override { frame.lease.grow(static_cast<std::int64_t>(bytes)); }

  Frame frame;
  RequestContext context;
};

Error refuse(const Session& session, std::string_view why, std::optional<Target> target) {
  log_warn("Closing connection: request cannot be served", field("why", why),
           field("api_key", target ? target->api_key : -1), field("api_version", target ? target->api_version : -1),
           field("client", session.client()), field("listener", session.listener_name));
  return NetErrc::request_malformed;
}

bool accepts_version(const Api& api, std::int16_t version) {
  // ApiVersions answers any version, so that a client newer than us learns what we speak (KIP-511).
  if (api.key == wire::ApiKey::API_VERSIONS) return true;
  return api.version_min <= version && version <= api.version_max;
}

// The header into the context; the rest of the frame is the body.
Result<ByteView> read_header(Request& request, Target target) {
  RequestContext& context = request.context;
  context.api_key = static_cast<wire::ApiKey>(target.api_key);
  context.api_version = target.api_version;
  wire::Reader reader(request.frame.bytes);
  wire::RequestHeader header;
  const auto header_version = wire::request_header_version(context.api_key, context.api_version);
  if (!header_version) return header_version.error();
  const auto decoded = wire::decode(reader, *header_version, header);
  if (!decoded) return decoded.error();
  context.correlation_id = header.correlation_id;
  context.client_id = header.client_id.value_or("");
  context.request_bytes = request.frame.bytes.size();
  return request.frame.bytes.last(reader.remaining());
}

// Which quotas the request is held against.  Who is not known yet has none.
void attend_quotas(RequestContext& context) {
  ClientQuotaManager* quotas = context.services().quotas;
  Session& session = context.session();
  if (quotas == nullptr || !session.is_authenticated) return;
  context.throttle = quotas->attend(session.throttle, session.principal.name, context.client_id);
  CpuAccount::enter(payer_of(session.throttle));
}

Task<Result<Answer>> finish_request(std::unique_ptr<Request> request, Finish finish) {
  auto answer = co_await finish;
  if (answer) co_return answer;
  if (answer.error() == HandlerErrc::acks_zero_failed) co_return answer.error();
  co_return refuse(request->context.session(), answer.error().message(), target_of(request->frame.bytes));
}

// A frame that is one token of a SASL mechanism and nothing else; so is its answer (SaslHandshake version 0).
Task<Result<Answer>> answer_raw_token(std::unique_ptr<Request> request) {
  RequestContext& context = request->context;
  Session& session = context.session();
  const SaslOutcome outcome = co_await authenticate(context.services(), session, request->frame.bytes);
  Answer answer;
  answer.is_silent = outcome.has_failed || !outcome.has_token;  // There is no way to say that it has failed.
  answer.writer.write_view(as_bytes(outcome.bytes));
  co_return answer;
}

}  // namespace

bool may_overlap(const Frame& frame) {
  const auto target = target_of(frame.bytes);
  const Api* api = target ? find_api(target->api_key) : nullptr;
  return api != nullptr && api->may_overlap;
}

Admission admit(const Session& session, ByteView frame) {
  const auto target = target_of(frame);
  if (!target) return {nullptr, "frame is shorter than a header"};
  const Api* api = find_api(target->api_key);
  if (api == nullptr || !api->is_served_on(session)) return {nullptr, "API is not served here"};
  if (!accepts_version(*api, target->api_version)) return {nullptr, "API version is not served"};
  if (!session.is_authenticated && !api->before_authentication) return {nullptr, "connection is not authenticated"};
  return {api, {}};
}

Task<Result<Finish>> begin_request(Services& services, Session& session, Frame frame) {
  if (session.sasl != nullptr && session.sasl->expects_raw_token())
    co_return answer_raw_token(std::make_unique<Request>(services, session, std::move(frame)));
  const auto target = target_of(frame.bytes);
  const auto [api, refusal] = admit(session, frame.bytes);
  if (api == nullptr) co_return refuse(session, refusal, target);
  if (session.sasl != nullptr) {
    const std::string_view not_now = session.sasl->refusal(api->key, services.clock.now());
    if (!not_now.empty()) co_return refuse(session, not_now, target);
  }

  auto request = std::make_unique<Request>(services, session, std::move(frame));
  const auto body = read_header(*request, *target);
  if (!body) co_return refuse(session, body.error().message(), target);
  attend_quotas(request->context);
  auto begun = co_await api->begin(request->context, *body);
  if (!begun) co_return refuse(session, begun.error().message(), target);
  co_return finish_request(std::move(request), std::move(*begun));
}

}  // namespace muir::server
