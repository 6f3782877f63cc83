#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "wire/base/bytes.h"
#include "wire/base/uuid.h"
#include "wire/codec/message.h"
#include "wire/codec/table.h"

namespace muir::wire {

// What a field says of the one that has it as its selector: the resource type beside a resource name.
struct Selector {
  std::optional<std::int64_t> number;    // Of an integer field.
  std::optional<std::string_view> text;  // Of a string field, unless it is null.
};

// A place in a message that names something.
struct Entity {
  EntityKind kind;
  const StructTable* structure;  // In which struct,
  const FieldTable* field;       // in which field, once for each element of an array.
  Selector selector;             // Empty unless the kind depends on another field.
};

// Sees, and may replace, every entity of a message, in the order of its fields.  Views that it puts in must live until
// the message has been encoded.
class EntityVisitor {
 public:
  virtual ~EntityVisitor() = default;

  virtual void text(const Entity& entity, std::string_view& value) = 0;
  virtual void uuid(const Entity& entity, Uuid& value) = 0;
  virtual void bytes(const Entity& entity, ByteView& value) = 0;
  // Node ids, producer ids, ports.  What is put in must fit the field.
  virtual void number(const Entity& entity, std::int64_t& value) = 0;
  // Null stands where entities of this kind may; in many requests it means "all of them".
  virtual void null(const Entity& entity) = 0;
};

// Visits every field of `version` whose kind is not opaque.  `message` is an object of `table`'s type.
void visit_entities(const MessageTable& table, std::int16_t version, void* message, EntityVisitor& visitor);

template <Message M>
void visit_entities(M& message, std::int16_t version, EntityVisitor& visitor) {
  visit_entities(M::table(), version, &message, visitor);
}

}  // namespace muir::wire
