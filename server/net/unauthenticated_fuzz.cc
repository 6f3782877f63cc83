// What a stranger may send to a SASL listener: any bytes, in frames of their own sizes or in none, in pieces.  It never
// becomes somebody, reaches no handler but those of the login, gets little for it, and leaves no memory behind.
//
// The input is a byte of choices and then frames, each behind two bytes of its length; or, if the first choice says so,
// the stream itself.

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

#include "auth/acl/authorizer.h"
#include "server/audit/audit_log.h"
#include "server/config/broker_config.h"
#include "server/handlers/sasl_session.h"
#include "server/handlers/serve.h"
#include "server/handlers/services.h"
#include "server/net/connection.h"
#include "server/net/errc.h"
#include "server/net/peer_by_hand.h"
#include "server/net/pipeline.h"
#include "server/publishing/metadata_cache.h"
#include "server/runtime/loggers.h"
#include "wire/schema/sasl_authenticate_request.h"
#include "wire/schema/sasl_authenticate_response.h"
#include "wire/schema/sasl_handshake_request.h"
#include "wire/schema/sasl_handshake_response.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

namespace muir::server {
namespace {

constexpr std::size_t kFrameBytesMax = 512 * 1024;
constexpr std::chrono::seconds kAuthenticationMax{10};
constexpr std::size_t kAnswerBytesMax = 8 * 1024;  // To one request.

Task<Result<Finish>> reached(RequestContext&, ByteView) {
  CHECK(!"a handler was reached before the login");
  co_return NetErrc::request_malformed;
}

template <class Request, class Response>
constexpr Api served() {
  return {Request::kApiKey,        Request::kVersions.min, Request::kVersions.max, true, true, false, true,
          begin<Request, Response>};
}

// Every key there is; all but those of a login are a trap.
std::vector<Api> table_with_traps() {
  std::vector<Api> apis;
  for (std::int16_t key = 0; key < 100; ++key) {
    Api api{static_cast<wire::ApiKey>(key), 0, 20, true, true, key == 0, false, reached};
    switch (api.key) {
      case wire::ApiKey::API_VERSIONS:
        api = served<wire::ApiVersionsRequest, wire::ApiVersionsResponse>();
        api.begin = begin_api_versions;
        break;
      case wire::ApiKey::SASL_HANDSHAKE:
        api = served<wire::SaslHandshakeRequest, wire::SaslHandshakeResponse>();
        break;
      case wire::ApiKey::SASL_AUTHENTICATE:
        api = served<wire::SaslAuthenticateRequest, wire::SaslAuthenticateResponse>();
        break;
      default:
        break;
    }
    apis.push_back(api);
  }
  return apis;
}

// For the parts of the process that no stranger reaches.
template <class T>
T& nobody() {
  alignas(64) static std::byte memory[64];
  return reinterpret_cast<T&>(memory);
}

std::shared_ptr<const SaslListenerConfig> listener() {
  auto config = std::make_shared<SaslListenerConfig>();
  config->enabled = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"};
  for (const std::string& mechanism : config->enabled) config->mechanisms.try_emplace(mechanism);
  config->plain_users = auth::PlainUsers{{"alice", "a password that no fuzzer finds"}};
  constexpr std::chrono::hours kNever{24 * 365};
  auto keys = std::make_shared<auth::KeyRing>(auth::KeyRing::Intervals{kNever, kNever});
  const Instant now = ManualClock().now();
  static_cast<void>(keys->begin_fetch("", now));
  keys->end_fetch(std::make_shared<auth::JsonWebKeys>(*auth::JsonWebKeys::parse("{\"keys\":[]}")), now);
  config->oauth = SaslListenerConfig::OAuth{"", {}, std::move(keys)};
  return config;
}

// A broker as far as strangers can tell.
struct World {
  ManualClock clock;
  Shard shard{ShardId{0}, "by hand", clock};
  BrokerConfig config;
  std::string cluster_id = "cluster";
  auth::Authorizer authorizer;
  AuditLog audit{clock};
  MetadataCache metadata{1};
  Services services{.config = config,
                    .cluster_id = cluster_id,
                    .clock = clock,
                    .authorizer = authorizer,
                    .audit = audit,
                    .controller_shard = shard,
                    .metadata = metadata,
                    .controller = nobody<ControllerService>(),
                    .publisher = nobody<MetadataPublisher>(),
                    .replicas = nobody<HostedReplicas>(),
                    .tls = nobody<CurrentTls>(),
                    .fetcher = nobody<Fetcher>()};
  std::shared_ptr<const SaslListenerConfig> sasl = listener();
  BufferPool pool;
  RequestMemory requests{{.bytes_max = 1 << 20, .principal_bytes_max = 1 << 18}};
  HeldAnswers held{1 << 20};
  BeginRequest begin = [this](Session& session, Frame frame) {
    return begin_request(services, session, std::move(frame));
  };

  World() {
    set_logger_level(kRootLogger, LogLevel::kFatal);  // A line for each would be all that it does.
    config.muir_decoded_request_max_bytes = 1 << 20;
  }
};

// One connection, from its first byte to its end.
class Stranger {
 public:
  explicit Stranger(World& world) : world_(world) {
    Session session;
    session.security_protocol = SecurityProtocol::SASL_PLAINTEXT;
    session.sasl = std::make_shared<SaslSession>(world.sasl);
    auto transport = std::make_unique<PeerByHand>(world.shard);
    peer_ = transport.get();
    const Connection::Limits limits{.frame_bytes_max = kFrameBytesMax,
                                    .unauthenticated_frame_bytes_max = kFrameBytesMax,
                                    .idle_max = std::chrono::minutes(10),
                                    .authentication_max = kAuthenticationMax,
                                    .request_progress_max = std::chrono::seconds(30),
                                    .response_progress_max = std::chrono::seconds(30)};
    run_on(world.shard, [&] {
      connection_ = std::make_unique<Connection>(world.begin, std::move(session), std::move(transport),
                                                 Connection::Memory{world.pool, world.requests, world.held}, limits);
      tasks_.spawn("connection", run(*connection_));
    });
  }

  void send(std::string_view bytes, std::size_t piece) {
    for (; !bytes.empty() && !has_ended_; bytes.remove_prefix(std::min(piece, bytes.size()))) {
      run_on(world_.shard, [&] { peer_->send(bytes.substr(0, piece)); });
      CHECK(!connection_->session().is_authenticated);
    }
    ++sent_;
  }

  // Nobody is heard for longer than a login may take.
  ~Stranger() {
    world_.clock.advance(kAuthenticationMax + std::chrono::milliseconds(1));
    run_turns(world_.shard);
    CHECK(has_ended_);
    CHECK(peer_->received().size() <= kAnswerBytesMax * (sent_ + 1) + kAnswerBytesMax * frames_in_stream_);
    run_on(world_.shard, [this] { connection_.reset(); });
    CHECK(world_.requests.used() == 0 && world_.pool.in_use() == 0 && world_.held.bytes() == 0);
  }

  void may_hold_frames(std::size_t count) { frames_in_stream_ = count; }

 private:
  Task<void> run(Connection& connection) {
    static_cast<void>(co_await connection.run());
    has_ended_ = true;
  }

  World& world_;
  PeerByHand* peer_ = nullptr;
  std::unique_ptr<Connection> connection_;
  TaskGroup tasks_;
  std::size_t sent_ = 0;
  std::size_t frames_in_stream_ = 0;
  bool has_ended_ = false;
};

std::string sized(std::string_view frame) {
  std::string bytes(4, '\0');
  store_big_endian(reinterpret_cast<std::byte*>(bytes.data()), static_cast<std::int32_t>(frame.size()));
  return bytes.append(frame);
}

std::string header(wire::ApiKey key, std::int16_t version, bool is_flexible) {
  std::string bytes(10, '\0');
  auto* const at = reinterpret_cast<std::byte*>(bytes.data());
  store_big_endian(at, static_cast<std::int16_t>(key));
  store_big_endian(at + 2, version);
  store_big_endian(at + 8, std::int16_t{-1});
  if (is_flexible) bytes += '\0';
  return bytes;
}

std::string with_size16(std::string_view text) {
  return std::string{static_cast<char>(text.size() >> 8), static_cast<char>(text.size())}.append(text);
}

std::string with_size32(std::string_view text) { return std::string(2, '\0') + with_size16(text); }

// Steps of a login, for the mutator to put together and to spoil.
const std::vector<std::string>& steps() {
  using enum wire::ApiKey;
  static const std::vector<std::string> kSteps = [] {
    std::vector<std::string> all{
        header(API_VERSIONS, 0, false),  header(API_VERSIONS, 3, true) + std::string("\4abc\4abc\0", 9),
        header(API_VERSIONS, 99, false), header(METADATA, 9, true),
        header(PRODUCE, 9, true),
    };
    for (const char* mechanism : {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI", "plain"}) {
      for (const std::int16_t version : {0, 1})
        all.push_back(header(SASL_HANDSHAKE, version, false) + with_size16(mechanism));
    }
    for (const std::string& token :
         {std::string("\0alice\0wrong", 12), std::string("bob\0alice\0wrong", 15), std::string("n,,n=alice,r=nonce"),
          std::string("n,a=bob,n=alice,r=nonce,tokenauth=true"), std::string("c=biws,r=nonce,p=AAAA"),
          std::string("n,,\1auth=Bearer e30.e30.\1\1"),
          std::string("n,a=x,\1auth=Bearer eyJhbGciOiJub25lIn0.e30.\1\1")}) {
      all.push_back(token);
      all.push_back(header(SASL_AUTHENTICATE, 0, false) + with_size32(token));
      all.push_back(header(SASL_AUTHENTICATE, 2, true) + static_cast<char>(token.size() + 1) + token + '\0');
    }
    return all;
  }();
  return kSteps;
}

}  // namespace

std::span<const Api> api_table() {
  static const std::vector<Api> kApis = table_with_traps();
  return kApis;
}

const Api* find_api(std::int16_t key) {
  return key >= 0 && static_cast<std::size_t>(key) < api_table().size() ? &api_table()[key] : nullptr;
}

}  // namespace muir::server

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                               unsigned seed) {
  std::minstd_rand random(seed);
  if (random() % 3 == 0) return LLVMFuzzerMutate(data, size, size_max);
  const auto& steps = muir::server::steps();
  const std::string& step = steps[random() % steps.size()];
  if (size == 0) data[size++] = 0;
  if (size + 2 + step.size() > size_max) return LLVMFuzzerMutate(data, size, size_max);
  data[size] = static_cast<std::uint8_t>(step.size() >> 8);
  data[size + 1] = static_cast<std::uint8_t>(step.size());
  std::memcpy(data + size + 2, step.data(), step.size());
  return size + 2 + step.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muir::server;
  static World world;
  if (size == 0) return 0;
  static constexpr std::array<std::size_t, 4> kPieces{1, 7, 64, std::size_t{1} << 20};
  const std::size_t piece = kPieces[data[0] >> 1 & 3];
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  Stranger stranger(world);
  if (data[0] & 1) {
    stranger.may_hold_frames(size / 4);
    stranger.send(rest, piece);
    return 0;
  }
  while (rest.size() >= 2) {
    const std::size_t length = static_cast<std::uint8_t>(rest[0]) * 256u + static_cast<std::uint8_t>(rest[1]);
    rest.remove_prefix(2);
    const std::string_view frame = rest.substr(0, length);
    rest.remove_prefix(frame.size());
    stranger.send(sized(frame), piece);
  }
  return 0;
}
