#include "compat-tests/differential/own_address.h"

#include "wire/codec/any_message.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/reader.h"
#include "wire/codec/visit_entities.h"
#include "wire/codec/writer.h"
#include "wire/schema/registry.h"
#include "wire/schema/response_header.h"

namespace muir::compat {
namespace {

constexpr std::size_t kCorrelationIdAt = 4;  // In a request: behind key and version.

class Replace : public wire::EntityVisitor {
 public:
  explicit Replace(int port) : port_(port) {}

  bool has_replaced() const { return has_replaced_; }

  void text(const wire::Entity& entity, std::string_view& value) override {
    if (entity.kind != wire::EntityKind::host || value.empty()) return;
    value = "127.0.0.1";
    has_replaced_ = true;
  }
  void number(const wire::Entity& entity, std::int64_t& value) override {
    if (entity.kind == wire::EntityKind::port && value > 0) value = port_;
  }
  void uuid(const wire::Entity&, Uuid&) override {}
  void bytes(const wire::Entity&, ByteView&) override {}
  void null(const wire::Entity&) override {}

 private:
  int port_;
  bool has_replaced_ = false;
};

}  // namespace

void OwnAddress::request(ByteView frame) {
  if (frame.size() < kCorrelationIdAt + 4) return;
  const auto key = static_cast<wire::ApiKey>(load_big_endian<std::int16_t>(frame.data()));
  const std::int16_t version = load_big_endian<std::int16_t>(frame.data() + 2);
  const auto header_version = wire::response_header_version(key, version);
  if (header_version)
    asked_.push_back({load_big_endian<std::int32_t>(frame.data() + kCorrelationIdAt), wire::find_response(key), version,
                      *header_version});
}

OwnedBytes OwnAddress::response(OwnedBytes frame, int port) {
  if (frame.size() < 4) return frame;
  const auto correlation_id = load_big_endian<std::int32_t>(frame.data());
  while (!asked_.empty() && asked_.front().correlation_id != correlation_id) asked_.pop_front();
  if (asked_.empty()) return frame;
  const Asked asked = asked_.front();
  asked_.pop_front();

  wire::Reader reader(frame);
  wire::ResponseHeader header;
  wire::AnyMessage message(*asked.response);
  if (!decode(reader, asked.header_version, header)) return frame;
  if (!wire::decode(*asked.response, reader, asked.version, message.get())) return frame;
  Replace replace(port);
  wire::visit_entities(*asked.response, asked.version, message.get(), replace);
  if (!replace.has_replaced()) return frame;
  wire::Writer writer;
  if (!encode(writer, asked.header_version, header)) return frame;
  if (!wire::encode(*asked.response, writer, asked.version, message.get())) return frame;
  return writer.take();
}

}  // namespace muir::compat
