#include "compat-tests/differential/request.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "compat-tests/differential/batches.h"
#include "compat-tests/differential/hex.h"
#include "wire/base/uuid.h"
#include "wire/codec/any_message.h"
#include "wire/codec/base64.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/json.h"
#include "wire/codec/writer.h"
#include "wire/schema/registry.h"

namespace muir::compat {
namespace {

namespace json = boost::json;
using wire::FieldTable;
using wire::FieldType;

// Makes Kafka's JSON form, which has every field, out of the fields that a trace gives.
class Completer {
 public:
  Completer(std::int16_t version, std::string& complaint) : version_(version), complaint_(complaint) {}

  json::value structure(const wire::StructTable& table, const json::value& given) {
    json::object made;
    const json::object* fields = given.if_object();
    if (fields == nullptr) return fail(fmt::format("{} is no {}", json::serialize(given), table.name));
    for (const auto& member : *fields) check_name(table, member.key());
    for (const FieldTable& field : table.fields) {
      const json::value* value = fields->if_contains(field.json_name);
      if (value != nullptr)
        made[field.json_name] = this->value(field, *value);
      else if (field.versions.contains(version_) && !field.tagged.contains(version_))
        made[field.json_name] = default_of(field);
    }
    return made;
  }

 private:
  json::value fail(std::string complaint) {
    if (complaint_.empty()) complaint_ = std::move(complaint);
    return nullptr;
  }

  void check_name(const wire::StructTable& table, std::string_view name) {
    const auto field = std::ranges::find(table.fields, name, &FieldTable::json_name);
    if (field == table.fields.end()) return void(fail(fmt::format("{} has no field {}", table.name, name)));
    if (!field->versions.contains(version_))
      fail(fmt::format("{}.{} is not in version {}", table.name, name, version_));
  }

  json::value default_of(const FieldTable& field) {
    if (field.default_is_null || field.type == FieldType::records) return nullptr;
    if (field.array) return json::array();
    switch (field.type) {
      case FieldType::boolean:
        return field.default_number != 0;
      case FieldType::float64:
        return 0.0;
      case FieldType::uuid:
        return json::string(Uuid{}.to_string());
      case FieldType::string:
      case FieldType::bytes:
        return json::string();
      case FieldType::structure:
        return structure(*field.structure, json::object());
      default:
        return field.default_number;
    }
  }

  json::value value(const FieldTable& field, const json::value& given) {
    if (given.is_null()) return nullptr;
    if (!field.array) return element(field, given);
    const json::array* elements = given.if_array();
    if (elements == nullptr) return fail(fmt::format("{} is an array", field.json_name));
    json::array made;
    for (const json::value& one : *elements) made.push_back(element(field, one));
    return made;
  }

  json::value element(const FieldTable& field, const json::value& given) {
    switch (field.type) {
      case FieldType::structure:
        return structure(*field.structure, given);
      case FieldType::records:
        return base64(write_batches(given, complaint_));
      case FieldType::bytes:
        return base64(write_bytes(given, complaint_));
      case FieldType::float64:
        return given.is_int64() ? json::value(static_cast<double>(given.get_int64())) : given;
      case FieldType::uuid:
        return given == json::value("zero") ? json::value(json::string(Uuid{}.to_string())) : given;
      default:
        return given;
    }
  }

  static json::value base64(const std::optional<OwnedBytes>& bytes) {
    if (!bytes) return nullptr;
    return json::string(wire::to_base64(*bytes));
  }

  std::int16_t version_;
  std::string& complaint_;
};

}  // namespace

std::optional<OwnedBytes> write_message(const wire::MessageTable& table, std::int16_t version,
                                        const json::value& fields, std::string& complaint) {
  const json::value whole = Completer(version, complaint).structure(*table.body, fields);
  if (!complaint.empty()) return std::nullopt;
  wire::AnyMessage message(table);
  wire::JsonStorage storage;
  wire::Writer writer;
  if (const auto read = wire::from_json(table, version, whole, storage, message.get()); !read) {
    complaint = fmt::format("{}: {} in {}", table.name, read.error().message(), json::serialize(whole));
    return std::nullopt;
  }
  if (const auto encoded = wire::encode(table, writer, version, message.get()); !encoded) {
    complaint = fmt::format("{}: {}", table.name, encoded.error().message());
    return std::nullopt;
  }
  return writer.take();
}

std::optional<OwnedBytes> write_bytes(const json::value& value, std::string& complaint) {
  if (value.is_string()) {
    const ByteView text = as_bytes(value.get_string());
    return OwnedBytes(text.begin(), text.end());
  }
  const json::object* object = value.if_object();
  if (object && object->contains("$hex")) return from_hex(object->at("$hex").as_string());
  if (!object || !object->contains("$message")) {
    complaint = "bytes are text, 0x... or a message";
    return std::nullopt;
  }
  const std::string name(object->at("$message").as_string());
  const wire::MessageTable* table = wire::find_message(name);
  if (table == nullptr) {
    complaint = fmt::format("there is no message {}", name);
    return std::nullopt;
  }
  const auto version = static_cast<std::int16_t>(object->at("version").as_int64());
  const auto body = write_message(*table, version, object->at("fields"), complaint);
  if (!body) return std::nullopt;
  OwnedBytes bytes(2);
  store_big_endian(bytes.data(), version);
  bytes.insert(bytes.end(), body->begin(), body->end());
  return bytes;
}

}  // namespace muir::compat
