#include "compat-tests/differential/player.h"

#include <chrono>
#include <thread>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <fmt/format.h>

#include "compat-tests/differential/answer.h"
#include "compat-tests/differential/hex.h"
#include "compat-tests/differential/request.h"
#include "wire/codec/reader.h"
#include "wire/codec/writer.h"
#include "wire/schema/registry.h"
#include "wire/schema/request_header.h"
#include "wire/schema/response_header.h"

namespace muir::compat {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;
using Kind = Connection::Received::Kind;

constexpr auto kBetweenTries = std::chrono::milliseconds(30);

}  // namespace

Player::Player(std::string address, std::string trace_name, const std::vector<Rule>& rules)
    : address_(std::move(address)), canon_(rules) {
  variables_["trace"] = json::string(trace_name);
}

void Player::fail(std::string complaint) {
  if (complaint_.empty()) complaint_ = std::move(complaint);
}

bool Player::play(const Trace& trace, std::string& complaint) {
  for (const Step& step : trace.steps) {
    play(step);
    std::fflush(stdout);
    if (complaint_.empty()) continue;
    complaint = fmt::format("{}: {}", step.line, complaint_);
    return false;
  }
  return true;
}

Player::Peer& Player::peer(const std::string& name) {
  Peer& peer = peers_[name];
  if (!peer.connection) peer.connection = std::make_unique<Connection>(address_, peer.source);
  if (!peer.connection->is_open()) fail("nobody accepts the connection");
  return peer;
}

void Player::forget(Peer& peer) {
  peer.connection.reset();
  peer.outstanding.clear();
}

void Player::play(const Step& step) {
  using Verb = Step::Verb;
  switch (step.verb) {
    case Verb::request:
      return play_request(step);
    case Verb::send:
      send(step, peer(step.connection));
      return;
    case Verb::await:
      return conclude(step, receive(peer(step.connection), step.within_ms));
    case Verb::silent: {
      const Outcome outcome = receive(peer(step.connection), step.milliseconds);
      return conclude(step, outcome);
    }
    case Verb::frame:
    case Verb::bytes:
      return play_raw(step);
    case Verb::topic:
      return play_topic(step);
    case Verb::close:
      return forget(peers_[step.connection]);
    case Verb::client_id:
      peers_[step.connection].client_id = text_of(step);
      return;
    case Verb::from:
      peers_[step.connection].source = text_of(step);
      return;
    case Verb::pause:
      std::this_thread::sleep_for(std::chrono::milliseconds(step.milliseconds));
      return;
  }
}

std::string Player::text_of(const Step& step) {
  const json::value text = resolved(step.argument);
  if (text.is_string()) return std::string(text.get_string());
  fail("a client id, or an address, is a text");
  return {};
}

void Player::play_request(const Step& step) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(kUntilMs);
  for (;;) {
    Peer& peer = this->peer(step.connection);
    if (!complaint_.empty() || !peer.outstanding.empty()) return fail("an answer is still to be awaited");
    if (!send(step, peer)) return;
    Outcome outcome = receive(peer, step.within_ms);
    if (!peer.outstanding.empty()) forget(peer);  // It was silent: its answer, should it come, is nobody's.
    if (!step.until || is_met(*step.until, outcome)) return conclude(step, std::move(outcome));
    if (!complaint_.empty()) return;
    if (Clock::now() > deadline)
      return fail(fmt::format("{} does not come: {}", step.until->path, json::serialize(outcome.answer)));
    std::this_thread::sleep_for(kBetweenTries);
  }
}

bool Player::is_met(const Condition& condition, const Outcome& outcome) {
  if (condition.path.empty()) return outcome.response != nullptr && errors_of(outcome.answer).empty();
  const json::value wanted = resolved(condition.value);
  const json::value* found = find(outcome.answer, condition.path);
  return found != nullptr && *found == wanted;
}

json::value Player::resolved(json::value value) {
  std::string complaint;
  if (!resolve(value, variables_, complaint)) fail(std::move(complaint));
  return value;
}

OwnedBytes Player::header_of(const Step& step, const wire::MessageTable& request, Peer& peer) {
  wire::RequestHeader header;
  header.request_api_key = step.header_key.value_or(request.api_key);
  header.request_api_version = step.header_version.value_or(step.version);
  header.correlation_id = ++correlation_id_;
  header.client_id = peer.client_id;
  wire::Writer writer;
  const auto version = wire::request_header_version(static_cast<wire::ApiKey>(request.api_key), step.version);
  if (!version || !encode(writer, *version, header)) fail("the header does not encode");
  return writer.take();
}

std::optional<OwnedBytes> Player::request_frame(const Step& step, Peer& peer) {
  const wire::MessageTable& request = *wire::find_message(step.api + "Request");
  auto body = write_message(request, step.version, resolved(step.argument), complaint_);
  if (!body || !complaint_.empty()) return std::nullopt;
  OwnedBytes frame = header_of(step, request, peer);
  body->resize(body->size() - std::min(step.cut, body->size()));
  frame.insert(frame.end(), body->begin(), body->end());
  if (!step.append.is_null()) {
    const auto more = write_bytes(resolved(step.append), complaint_);
    if (!more) return std::nullopt;
    frame.insert(frame.end(), more->begin(), more->end());
  }
  const auto version = step.answer_version.value_or(step.version);
  const auto key = static_cast<wire::ApiKey>(request.api_key);
  peer.outstanding.push_back(
      {wire::find_response(key), version, wire::response_header_version(key, version).value(), correlation_id_});
  return frame;
}

bool Player::send(const Step& step, Peer& peer) {
  const auto frame = request_frame(step, peer);
  if (!frame || !complaint_.empty()) return false;
  peer.connection->send_frame(*frame);  // That it is closed, receive() sees.
  return true;
}

Player::Outcome Player::receive(Peer& peer, int within_ms) {
  const auto received = peer.connection->receive(within_ms);
  if (received.kind == Kind::nothing) return {json::string("silent")};
  if (received.kind == Kind::frame) return read_answer(peer, received.content);
  forget(peer);
  return {json::string("closed")};
}

Player::Outcome Player::read_answer(Peer& peer, ByteView frame) {
  if (peer.outstanding.empty()) return {json::string("frame 0x" + to_hex(frame))};
  const Outstanding asked = peer.outstanding.front();
  peer.outstanding.pop_front();
  wire::Reader reader(frame);
  wire::ResponseHeader header;
  if (!decode(reader, asked.header_version, header)) return {json::string("no header: 0x" + to_hex(frame))};
  if (header.correlation_id != asked.correlation_id)
    return {json::string(
        fmt::format("the answer to request {} instead of {}", header.correlation_id, asked.correlation_id))};
  std::string complaint;
  auto answer =
      read_message(*asked.response, asked.version, frame.subspan(frame.size() - reader.remaining()), complaint);
  if (!answer) return {json::string(complaint)};
  return {std::move(*answer), asked.response};
}

void Player::play_raw(const Step& step) {
  Peer& peer = this->peer(step.connection);
  const auto bytes = write_bytes(resolved(step.argument), complaint_);
  if (!bytes || !complaint_.empty()) return;
  step.verb == Step::Verb::frame ? peer.connection->send_frame(*bytes) : peer.connection->send(*bytes);
  conclude(step, receive(peer, step.within_ms));
}

// A broker knows a topic before it leads its partitions: ListOffsets tells.
void Player::play_topic(const Step& step) {
  Step create = step, look;
  create.verb = look.verb = Step::Verb::request;
  create.is_quiet = look.is_quiet = true;
  create.api = "CreateTopics";
  create.version = 7;
  json::array configs, partitions;
  for (const auto& config : step.argument.as_object())
    configs.push_back({{"name", config.key()}, {"value", config.value()}});
  for (int i = 0; i < step.partitions; ++i) partitions.push_back({{"partitionIndex", i}, {"timestamp", -1}});
  const json::object topic{
      {"name", step.topic}, {"numPartitions", step.partitions}, {"replicationFactor", 1}, {"configs", configs}};
  create.argument = json::object{{"topics", json::array{topic}}, {"timeoutMs", 10'000}};
  create.expected.emplace();
  play_request(create);

  look.line = step.line;
  look.connection = step.connection;
  look.api = "ListOffsets";
  look.version = 7;
  look.argument = json::object{{"replicaId", -1},
                               {"topics", json::array{json::object{{"name", step.topic}, {"partitions", partitions}}}}};
  look.until.emplace();
  if (complaint_.empty()) play_request(look);
}

void Player::capture(const Step& step, const Outcome& outcome) {
  for (const Capture& capture : step.captures) {
    const json::value* found = find(outcome.answer, capture.path);
    if (found == nullptr)
      return fail(fmt::format("the answer has no {}: {}", capture.path, json::serialize(outcome.answer)));
    variables_[capture.variable] = *found;
  }
}

void Player::conclude(const Step& step, Outcome outcome) {
  if (!complaint_.empty()) return;
  capture(step, outcome);
  json::object line{{"line", step.line}, {"connection", step.connection}};
  if (!step.label.empty()) line["label"] = step.label;
  if (outcome.response) line["response"] = outcome.response->name;
  if (!step.api.empty()) line["api"] = step.api, line["version"] = step.version;
  line["quiet"] = step.is_quiet;
  if (step.expected) line["expected"] = json::value_from(*step.expected);
  line["errors"] = json::array();
  if (outcome.response) {
    line["errors"] = json::value_from(errors_of(outcome.answer));
    // Ids that only quiet answers show get no name: brokers may differ in how often they were asked.
    line["answer"] = step.is_quiet ? outcome.answer : canon_.canonical(*outcome.response, std::move(outcome.answer));
  } else {
    const std::string text = canon_.canonical_text(std::string(outcome.answer.as_string()));
    line["answer"] = json::string(text);
    line["errors"] = json::array{json::string(text.substr(0, text.find(' ')))};
  }
  fmt::print("{}\n", json::serialize(line));
}

}  // namespace muir::compat
