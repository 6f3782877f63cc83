#include <cstring>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "wire/base/uuid.h"
#include "wire/codec/base64.h"
#include "wire/codec/errc.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/json.h"
#include "wire/codec/records.h"
#include "wire/codec/utf8.h"

namespace muir::wire {
namespace {

const void* at(const void* object, std::size_t offset) { return static_cast<const std::byte*>(object) + offset; }

template <class T>
T load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

class JsonWriter {
 public:
  JsonWriter(std::int16_t version, JsonRecords records) : version_(version), records_(records) {}

  Error error() const { return error_; }

  boost::json::value structure(const StructTable& table, const void* object) {
    boost::json::object json;
    for (const FieldTable& field : table.fields) {
      const void* from = at(object, field.offset);
      if (!field.versions.contains(version_)) {
        if (!field.ignorable && !detail::is_default(field, from)) error_ = Errc::unsupported_field;
      } else if (!field.tagged.contains(version_) || !detail::is_default(field, from)) {
        add_field(json, field, from);
      }
    }
    return json;
  }

 private:
  void add_field(boost::json::object& json, const FieldTable& field, const void* from) {
    const void* value = field.optional ? field.optional->find(const_cast<void*>(from)) : from;
    if (value == nullptr) {
      json[field.json_name] = nullptr;
    } else if (field.array) {
      json[field.json_name] = array(field, value);
    } else if (field.type == FieldType::records) {
      add_records(json, field, *static_cast<const Records*>(value));
    } else {
      json[field.json_name] = element(field, value);
    }
  }

  void add_records(boost::json::object& json, const FieldTable& field, const Records& records) {
    if (records.is_null)
      json[field.json_name] = nullptr;
    else if (records_ == JsonRecords::size)
      json[std::string(field.json_name) + "SizeInBytes"] = records.size_in_bytes();
    else
      json[field.json_name] = records_ == JsonRecords::content ? to_base64(records.bytes) : std::string();
  }

  boost::json::value array(const FieldTable& field, const void* from) {
    boost::json::array json;
    const std::size_t count = field.array->count(from);
    const auto* at = static_cast<const std::byte*>(field.array->elements(const_cast<void*>(from)));
    for (std::size_t i = 0; i < count; ++i, at += field.array->element_size) json.push_back(element(field, at));
    return json;
  }

  boost::json::value element(const FieldTable& field, const void* value) {
    switch (field.type) {
      case FieldType::boolean:
        return load<bool>(value);
      case FieldType::int8:
        return load<std::int8_t>(value);
      case FieldType::int16:
        return load<std::int16_t>(value);
      case FieldType::uint16:
        return std::int64_t{load<std::uint16_t>(value)};
      case FieldType::int32:
        return load<std::int32_t>(value);
      case FieldType::uint32:
        return std::int64_t{load<std::uint32_t>(value)};
      case FieldType::int64:
        return load<std::int64_t>(value);
      case FieldType::float64:
        return load<double>(value);
      case FieldType::uuid:
        return boost::json::string(load<Uuid>(value).to_string());
      case FieldType::string:
        return boost::json::string(replace_invalid_utf8(*static_cast<const std::string_view*>(value)));
      case FieldType::bytes:
        return boost::json::string(to_base64(*static_cast<const ByteView*>(value)));
      case FieldType::records:
        return nullptr;  // Never in an array.
      case FieldType::structure:
        return structure(*field.structure, value);
    }
    return nullptr;
  }

  std::int16_t version_;
  JsonRecords records_;
  Error error_;
};

}  // namespace

Result<boost::json::value> to_json(const MessageTable& table, std::int16_t version, const void* message,
                                   JsonRecords records) {
  if (!table.versions.contains(version)) return make_error_code(Errc::unsupported_version);
  JsonWriter writer(version, records);
  boost::json::value json = writer.structure(*table.body, message);
  if (writer.error()) return writer.error();
  return json;
}

}  // namespace muir::wire
