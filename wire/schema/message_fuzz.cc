// Every decoder: the first bytes choose a message and a version, the rest is its body.  Whatever decodes must encode,
// decode to the same again, and stand being visited and printed.

#include "wire/base/check.h"
#include "wire/codec/any_message.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/json.h"
#include "wire/codec/reader.h"
#include "wire/codec/visit_entities.h"
#include "wire/codec/writer.h"
#include "wire/schema/registry.h"

namespace muir::wire {
namespace {

class Touch final : public EntityVisitor {
 public:
  void text(const Entity&, std::string_view& value) override { value = value.empty() ? "renamed" : value; }
  void uuid(const Entity&, Uuid& value) override { seen_ += value.is_zero(); }
  void bytes(const Entity&, ByteView& value) override { seen_ += value.size(); }
  void number(const Entity&, std::int64_t& value) override { seen_ += static_cast<std::size_t>(value); }
  void null(const Entity&) override { ++seen_; }

 private:
  std::size_t seen_ = 0;
};

void round_trip(const MessageTable& table, std::int16_t version, ByteView bytes) {
  AnyMessage message(table);
  Reader reader(bytes);
  if (!decode(table, reader, version, message.get())) return;

  Writer writer;
  const auto encoded = encode(table, writer, version, message.get());
  CHECK(encoded);
  AnyMessage again(table);
  Reader second(writer.bytes());
  const auto decoded = decode(table, second, version, again.get());
  CHECK(decoded && second.remaining() == 0);
  CHECK(detail::equal(*table.body, message.get(), again.get()));

  CHECK(to_json(table, version, message.get()));
  Touch touch;
  visit_entities(table, version, again.get(), touch);
}

}  // namespace
}  // namespace muir::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muir::wire;
  constexpr std::size_t kChoiceBytes = 3;
  if (size < kChoiceBytes) return 0;
  const auto messages = all_messages();
  const MessageTable& table = *messages[(data[0] * 256u + data[1]) % messages.size()];
  const int versions = table.versions.max - table.versions.min + 1;
  const auto version = static_cast<std::int16_t>(table.versions.min + data[2] % versions);
  const auto* body = reinterpret_cast<const std::byte*>(data + kChoiceBytes);
  round_trip(table, version, {body, size - kChoiceBytes});
  return 0;
}
