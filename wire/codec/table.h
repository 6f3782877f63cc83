#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "wire/base/result.h"
#include "wire/codec/entity_kind.h"
#include "wire/codec/version_range.h"

// What the generator knows of a message, as constant data: one interpreter over these tables decodes, encodes,
// compares, visits and prints every message (ADR 010).  `void*` is an object whose type the table beside it describes.
namespace muir::wire {

class Reader;
class Writer;

enum class FieldType : std::uint8_t {
  boolean,
  int8,
  int16,  // Also error codes.
  uint16,
  int32,
  uint32,
  int64,
  float64,
  uuid,
  string,
  bytes,
  records,
  structure,
};

// How to handle a std::vector<T> without knowing T.
struct ArrayOps {
  std::size_t element_size;
  std::size_t (*count)(const void* array);
  void* (*elements)(void* array);                   // They lie side by side.
  void* (*resize)(void* array, std::size_t count);  // All elements afresh, with default values; returns elements().
};

// How to handle a std::optional<T> without knowing T.
struct OptionalOps {
  void* (*find)(void* optional);     // The value, nullptr if there is none.
  void* (*emplace)(void* optional);  // A default value.
  void (*reset)(void* optional);
};

struct StructTable;

struct FieldTable {
  std::string_view name;       // `topic_id`.
  std::string_view json_name;  // `topicId`.
  FieldType type;              // Of the elements, if an array.
  VersionRange versions;       // That have the field.
  std::size_t offset;          // In the struct.
  VersionRange nullable;       // Versions that may carry null.
  VersionRange tagged;         // Versions that carry it as a tagged field.
  std::int32_t tag = -1;
  bool ignorable = false;   // Encoding a version without the field may drop a value.
  bool inflexible = false;  // Encoded as before KIP-482 in flexible versions too (the header's client id).
  bool default_is_null = false;
  std::int64_t default_number = 0;  // Of booleans and integers; that of any other field is empty or null.
  EntityKind kind = EntityKind::opaque;
  std::string_view selector;               // Name of the field, here or further out, that says more of `kind`.
  const ArrayOps* array = nullptr;         // Arrays only.
  const OptionalOps* optional = nullptr;   // Where the C++ member is a std::optional (of the array, if an array).
  const StructTable* structure = nullptr;  // FieldType::structure only.
};

struct StructTable {
  std::string_view name;
  std::span<const FieldTable> fields;  // In the order of the wire.
  std::size_t unknown_tags_offset;
  bool names_entities;    // A field of it, or of a struct in it, has a kind other than opaque.
  std::size_t bytes_min;  // The least that any version takes on the wire, at least 1.
};

enum class MessageType : std::uint8_t {
  request,
  response,
  header,
  metadata_record,    // Of __cluster_metadata.
  remote_log_record,  // Of __remote_log_metadata.
  coordinator_key,    // Of __consumer_offsets, __transaction_state and __share_group_state.
  coordinator_value,
  data,  // Control records, files, and bytes inside other messages.
};

inline constexpr std::uint8_t kBrokerListener = 1;
inline constexpr std::uint8_t kControllerListener = 2;

struct MessageTable {
  std::string_view name;
  MessageType type;
  std::int16_t
      api_key;  // Of requests, responses; record type of records and coordinator keys and values; -1 otherwise.
  VersionRange versions;
  std::int16_t flexible_from;    // kNeverFlexible if never.
  bool latest_version_unstable;  // Not advertised unless `unstable.api.versions.enable`.
  std::uint8_t listeners;        // Of requests: kBrokerListener | kControllerListener.
  const StructTable* body;

  std::size_t size;  // Of the C++ type.
  std::size_t alignment;
  void (*construct)(void* at);  // Default values.
  void (*destroy)(void* at);
  // The emitted codec of a hot message, otherwise null and the interpreter does it.  The version is one of `versions`.
  void (*read)(Reader& reader, std::int16_t version, void* out) = nullptr;
  void (*write)(Writer& writer, std::int16_t version, const void* message) = nullptr;

  bool is_flexible(std::int16_t version) const { return version >= flexible_from; }
};

namespace detail {

template <class T>
inline constexpr ArrayOps kArrayOps{
    sizeof(T),
    [](const void* array) { return static_cast<const std::vector<T>*>(array)->size(); },
    [](void* array) -> void* { return static_cast<std::vector<T>*>(array)->data(); },
    [](void* array, std::size_t count) -> void* {
      auto& vector = *static_cast<std::vector<T>*>(array);
      vector = std::vector<T>(count);
      return vector.data();
    },
};

template <class T>
inline constexpr OptionalOps kOptionalOps{
    [](void* at) -> void* {
      auto& optional = *static_cast<std::optional<T>*>(at);
      return optional ? &*optional : nullptr;
    },
    // emplace() without a value asks whether T has a default while T's own class is incomplete (CWG 1397).
    [](void* at) -> void* { return &static_cast<std::optional<T>*>(at)->emplace(T()); },
    [](void* at) { static_cast<std::optional<T>*>(at)->reset(); },
};

template <class T>
void construct(void* at) {
  new (at) T();
}

template <class T>
void destroy(void* at) {
  static_cast<T*>(at)->~T();
}

}  // namespace detail

}  // namespace muir::wire
