#include "wire/codec/visit_entities.h"

#include <cstring>

#include "wire/base/check.h"

namespace muir::wire {
namespace {

std::byte* at(void* object, std::size_t offset) { return static_cast<std::byte*>(object) + offset; }

template <class Int>
std::int64_t load(const void* from) {
  Int value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class Int>
void store(void* out, std::int64_t value) {
  const auto narrow = static_cast<Int>(value);
  CHECK(narrow == value);  // The visitor is ours.
  std::memcpy(out, &narrow, sizeof narrow);
}

std::optional<std::int64_t> load_number(FieldType type, const void* from) {
  switch (type) {
    case FieldType::int8:
      return load<std::int8_t>(from);
    case FieldType::int16:
      return load<std::int16_t>(from);
    case FieldType::uint16:
      return load<std::uint16_t>(from);
    case FieldType::int32:
      return load<std::int32_t>(from);
    case FieldType::int64:
      return load<std::int64_t>(from);
    default:
      return std::nullopt;
  }
}

void store_number(FieldType type, void* out, std::int64_t value) {
  switch (type) {
    case FieldType::int8:
      return store<std::int8_t>(out, value);
    case FieldType::int16:
      return store<std::int16_t>(out, value);
    case FieldType::uint16:
      return store<std::uint16_t>(out, value);
    case FieldType::int32:
      return store<std::int32_t>(out, value);
    default:
      return store<std::int64_t>(out, value);
  }
}

// A struct that is being walked, and the ones around it: where selectors are looked up.
struct Scope {
  const StructTable* table;
  void* object;
  const Scope* outer;
};

class Walk {
 public:
  Walk(std::int16_t version, EntityVisitor& visitor) : version_(version), visitor_(visitor) {}

  void structure(const Scope& scope) {
    for (const FieldTable& field : scope.table->fields) {
      if (!field.versions.contains(version_)) continue;
      if (field.kind != EntityKind::opaque || (field.structure && field.structure->names_entities))
        visit_field(scope, field, at(scope.object, field.offset));
    }
  }

 private:
  void visit_field(const Scope& scope, const FieldTable& field, void* place) {
    void* value = field.optional ? field.optional->find(place) : place;
    const Entity entity{field.kind, scope.table, &field, selector_of(scope, field)};
    if (value == nullptr) {
      if (field.kind != EntityKind::opaque) visitor_.null(entity);
    } else if (field.array) {
      auto* element = static_cast<std::byte*>(field.array->elements(value));
      const std::size_t count = field.array->count(value);
      for (std::size_t i = 0; i < count; ++i, element += field.array->element_size)
        visit_element(scope, entity, element);
    } else {
      visit_element(scope, entity, value);
    }
  }

  void visit_element(const Scope& scope, const Entity& entity, void* value) {
    switch (entity.field->type) {
      case FieldType::structure:
        return structure(Scope{entity.field->structure, value, &scope});
      case FieldType::string:
        return visitor_.text(entity, *static_cast<std::string_view*>(value));
      case FieldType::bytes:
        return visitor_.bytes(entity, *static_cast<ByteView*>(value));
      case FieldType::uuid:
        return visitor_.uuid(entity, *static_cast<Uuid*>(value));
      default:
        return visit_number(entity, value);
    }
  }

  void visit_number(const Entity& entity, void* value) {
    auto number = load_number(entity.field->type, value);
    CHECK(number.has_value());  // The generator gives kinds to no other type.
    visitor_.number(entity, *number);
    store_number(entity.field->type, value, *number);
  }

  static Selector selector_of(const Scope& innermost, const FieldTable& field) {
    if (field.selector.empty()) return {};
    for (const Scope* scope = &innermost; scope != nullptr; scope = scope->outer)
      for (const FieldTable& other : scope->table->fields)
        if (other.name == field.selector) return read_selector(other, at(scope->object, other.offset));
    return {};
  }

  static Selector read_selector(const FieldTable& field, void* place) {
    const void* value = field.optional ? field.optional->find(place) : place;
    if (value == nullptr) return {};
    if (field.type == FieldType::string) return {std::nullopt, *static_cast<const std::string_view*>(value)};
    return {load_number(field.type, value), std::nullopt};
  }

  std::int16_t version_;
  EntityVisitor& visitor_;
};

}  // namespace

void visit_entities(const MessageTable& table, std::int16_t version, void* message, EntityVisitor& visitor) {
  if (!table.body->names_entities) return;
  Walk(version, visitor).structure(Scope{table.body, message, nullptr});
}

}  // namespace muir::wire
