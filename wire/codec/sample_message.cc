#include "wire/codec/sample_message.h"

#include <cstring>
#include <string>

#include "wire/base/uuid.h"
#include "wire/codec/records.h"
#include "wire/codec/unknown_tags.h"

namespace muir::wire {
namespace {

constexpr std::size_t kTextLengths[] = {0, 1, 5, 126, 127, 128, 300};  // Around where a compact length grows.
constexpr std::size_t kBytesMax = 200;
constexpr std::size_t kCounts[] = {0, 1, 2, 3};
constexpr std::size_t kLargeCount = 130;  // Of scalars: a compact count of two bytes.
constexpr int kDepthMax = 3;              // Arrays inside arrays beyond this have one element at most.
constexpr std::uint32_t kUnknownTag = 100;

std::byte* at(void* object, std::size_t offset) { return static_cast<std::byte*>(object) + offset; }

unsigned bits_of(FieldType type) {
  switch (type) {
    case FieldType::int8:
      return 8;
    case FieldType::int16:
    case FieldType::uint16:
      return 16;
    case FieldType::int32:
    case FieldType::uint32:
      return 32;
    default:
      return 64;
  }
}

}  // namespace

struct SampleMessages::Place {
  std::int16_t version;
  bool flexible;
  JsonStorage& storage;
  int depth;
};

void SampleMessages::fill(const MessageTable& table, std::int16_t version, JsonStorage& storage, void* out) {
  fill_struct(*table.body, Place{version, table.is_flexible(version), storage, 0}, out);
}

void SampleMessages::fill_struct(const StructTable& table, const Place& place, void* out) {
  for (const FieldTable& field : table.fields)
    if (field.versions.contains(place.version) && below(6) != 0) fill_field(field, place, at(out, field.offset));

  if (!unknown_tags || !place.flexible || below(4) != 0) return;
  auto& tags = *static_cast<UnknownTags*>(static_cast<void*>(at(out, table.unknown_tags_offset)));
  tags.add(kUnknownTag, place.storage.keep(bytes(kBytesMax)));
  if (below(2) == 0) tags.add(0x7ffffffe, {});
}

void SampleMessages::fill_field(const FieldTable& field, const Place& place, void* out) {
  if (field.nullable.contains(place.version) && below(4) == 0) {
    if (field.optional)
      field.optional->reset(out);
    else
      *static_cast<Records*>(out) = Records{};
    return;
  }
  void* value = field.optional ? field.optional->emplace(out) : out;
  field.array ? fill_array(field, place, value) : fill_value(field, place, value);
}

void SampleMessages::fill_array(const FieldTable& field, const Place& place, void* out) {
  std::size_t count = kCounts[below(std::size(kCounts))];
  if (place.depth >= kDepthMax) count = below(2);
  if (!field.structure && below(10) == 0) count = kLargeCount;
  auto* element = static_cast<std::byte*>(field.array->resize(out, count));
  const Place inside{place.version, place.flexible, place.storage, place.depth + 1};
  for (std::size_t i = 0; i < count; ++i, element += field.array->element_size) fill_value(field, inside, element);
}

void SampleMessages::fill_value(const FieldTable& field, const Place& place, void* out) {
  switch (field.type) {
    case FieldType::structure:
      return fill_struct(*field.structure, place, out);
    case FieldType::string: {
      *static_cast<std::string_view*>(out) = place.storage.keep(text());
      return;
    }
    case FieldType::bytes: {
      *static_cast<ByteView*>(out) = place.storage.keep(bytes(kBytesMax));
      return;
    }
    case FieldType::records: {
      *static_cast<Records*>(out) = Records::of(place.storage.keep(bytes(kBytesMax)));
      return;
    }
    case FieldType::uuid: {
      *static_cast<Uuid*>(out) = Uuid::from_halves(random_(), random_());
      return;
    }
    case FieldType::boolean: {
      *static_cast<bool*>(out) = below(2) != 0;
      return;
    }
    case FieldType::float64: {
      *static_cast<double*>(out) = static_cast<double>(number(32)) / 8;  // Exact in JSON's text too.
      return;
    }
    default: {
      const std::int64_t value = number(bits_of(field.type));
      std::memcpy(out, &value, bits_of(field.type) / 8);
    }
  }
}

std::int64_t SampleMessages::number(unsigned bits) {
  const std::uint64_t top = std::uint64_t{1} << (bits - 1);
  switch (below(5)) {
    case 0:
      return 0;
    case 1:
      return -1;
    case 2:
      return static_cast<std::int64_t>(top);  // The least, of `bits` bits.
    case 3:
      return static_cast<std::int64_t>(top - 1);  // The greatest.
    default:
      return static_cast<std::int64_t>(random_());
  }
}

OwnedBytes SampleMessages::bytes(std::size_t size_max) {
  OwnedBytes bytes(below(3) == 0 ? 0 : below(size_max));
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random_());
  return bytes;
}

std::string SampleMessages::text() {
  static constexpr std::string_view kCharacters[] = {"a", "Z", "0", ".", "_", "-", "\xC3\xA4", "\xE2\x82\xAC"};
  std::string text;
  for (std::size_t left = kTextLengths[below(std::size(kTextLengths))]; left > 0; --left)
    text += kCharacters[below(std::size(kCharacters))];
  return text;
}

}  // namespace muir::wire
