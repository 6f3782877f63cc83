#include <cstring>
#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "wire/base/uuid.h"
#include "wire/codec/base64.h"
#include "wire/codec/errc.h"
#include "wire/codec/json.h"
#include "wire/codec/records.h"

namespace muir::wire {
namespace {

void* at(void* object, std::size_t offset) { return static_cast<std::byte*>(object) + offset; }

class JsonReader {
 public:
  JsonReader(std::int16_t version, JsonStorage& storage) : version_(version), storage_(storage) {}

  bool ok() const { return !failed_; }

  void structure(const StructTable& table, const boost::json::value& json, void* out) {
    const boost::json::object* object = json.if_object();
    if (object == nullptr) return fail();
    for (const FieldTable& field : table.fields) {
      const boost::json::value* value = object->if_contains(field.json_name);
      if (value != nullptr)
        read_field(field, *value, at(out, field.offset));
      else if (field.versions.contains(version_) && !field.tagged.contains(version_))
        fail();
    }
  }

 private:
  void fail() { failed_ = true; }

  void read_field(const FieldTable& field, const boost::json::value& json, void* out) {
    if (json.is_null()) return read_null(field, out);
    void* into = field.optional ? field.optional->emplace(out) : out;
    field.array ? read_array(field, json, into) : read_element(field, json, into);
  }

  void read_null(const FieldTable& field, void* out) {
    if (field.optional) return field.optional->reset(out);
    if (field.type != FieldType::records) return fail();
    *static_cast<Records*>(out) = Records{};
  }

  void read_array(const FieldTable& field, const boost::json::value& json, void* out) {
    const boost::json::array* array = json.if_array();
    if (array == nullptr) return fail();
    auto* element = static_cast<std::byte*>(field.array->resize(out, array->size()));
    for (const boost::json::value& value : *array) {
      read_element(field, value, element);
      element += field.array->element_size;
    }
  }

  void read_element(const FieldTable& field, const boost::json::value& json, void* out) {
    switch (field.type) {
      case FieldType::boolean:
        return json.is_bool() ? store(out, json.get_bool()) : fail();
      case FieldType::int8:
        return read_integer<std::int8_t>(json, out);
      case FieldType::int16:
        return read_integer<std::int16_t>(json, out);
      case FieldType::uint16:
        return read_integer<std::uint16_t>(json, out);
      case FieldType::int32:
        return read_integer<std::int32_t>(json, out);
      case FieldType::uint32:
        return read_integer<std::uint32_t>(json, out);
      case FieldType::int64:
        return read_integer<std::int64_t>(json, out);
      case FieldType::float64:
        return json.is_double() ? store(out, json.get_double()) : fail();
      case FieldType::uuid:
        return read_uuid(json, out);
      case FieldType::string:
        return read_string(json, out);
      case FieldType::bytes:
      case FieldType::records:
        return read_bytes(field, json, out);
      case FieldType::structure:
        return structure(*field.structure, json, out);
    }
  }

  template <class T>
  static void store(void* out, T value) {
    std::memcpy(out, &value, sizeof value);
  }

  template <class Int>
  void read_integer(const boost::json::value& json, void* out) {
    boost::system::error_code error;
    const auto number = json.to_number<Int>(error);
    if (error || json.is_double()) return fail();
    store(out, number);
  }

  void read_uuid(const boost::json::value& json, void* out) {
    const boost::json::string* text = json.if_string();
    if (text == nullptr) return fail();
    const auto id = Uuid::parse(*text);
    id ? store(out, *id) : fail();
  }

  void read_string(const boost::json::value& json, void* out) {
    const boost::json::string* text = json.if_string();
    if (text == nullptr) return fail();
    *static_cast<std::string_view*>(out) = storage_.keep(*text);
  }

  void read_bytes(const FieldTable& field, const boost::json::value& json, void* out) {
    const boost::json::string* text = json.if_string();
    auto bytes = text == nullptr ? std::nullopt : from_base64(*text);
    if (!bytes) return fail();
    const ByteView view = storage_.keep(std::move(*bytes));
    if (field.type == FieldType::records)
      *static_cast<Records*>(out) = Records::of(view);
    else
      *static_cast<ByteView*>(out) = view;
  }

  std::int16_t version_;
  JsonStorage& storage_;
  bool failed_ = false;
};

}  // namespace

Result<void> from_json(const MessageTable& table, std::int16_t version, const boost::json::value& json,
                       JsonStorage& storage, void* out) {
  if (!table.versions.contains(version)) return make_error_code(Errc::unsupported_version);
  table.destroy(out);
  table.construct(out);
  JsonReader reader(version, storage);
  reader.structure(*table.body, json, out);
  if (!reader.ok()) return make_error_code(Errc::json_mismatch);
  return ok();
}

}  // namespace muir::wire
