#include "compat-tests/differential/answer.h"

#include <algorithm>
#include <charconv>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "compat-tests/differential/batches.h"
#include "compat-tests/differential/hex.h"
#include "wire/codec/any_message.h"
#include "wire/codec/base64.h"
#include "wire/codec/error_code.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/json.h"
#include "wire/codec/reader.h"

namespace muir::compat {
namespace {

namespace json = boost::json;
using wire::FieldTable;
using wire::FieldType;

bool is_error(const FieldTable& field) {
  return field.type == FieldType::int16 && (field.name == "error_code" || field.name.ends_with("_error_code"));
}

json::value error_name(std::int64_t code) {
  const auto name = wire::name(static_cast<wire::ErrorCode>(code));
  return name.empty() ? json::value(code) : json::value(json::string(name));
}

void make_readable(const wire::StructTable& table, json::value& value);

void make_element_readable(const FieldTable& field, json::value& value) {
  if (value.is_null()) return;
  if (field.type == FieldType::structure) return make_readable(*field.structure, value);
  if (field.type == FieldType::bytes) value = json::string(readable(*wire::from_base64(value.as_string())));
  if (field.type == FieldType::records) value = read_batches(*wire::from_base64(value.as_string()));
  if (is_error(field)) value = error_name(value.as_int64());
}

void make_readable(const wire::StructTable& table, json::value& value) {
  if (value.is_null()) return;
  json::object& object = value.as_object();
  for (const FieldTable& field : table.fields) {
    json::value* member = object.if_contains(field.json_name);
    if (member == nullptr) continue;
    if (json::array* elements = field.array ? member->if_array() : nullptr) {
      for (json::value& element : *elements) make_element_readable(field, element);
    } else {
      make_element_readable(field, *member);
    }
  }
}

const json::value* in_array(const json::array& array, std::string_view selector) {
  if (const auto equals = selector.find('='); equals != selector.npos) {
    const auto key = selector.substr(0, equals), wanted = selector.substr(equals + 1);
    for (const json::value& element : array) {
      const json::value* value = find(element, fmt::format(".{}", key));
      if (value && (value->is_string() ? std::string(value->get_string()) : json::serialize(*value)) == wanted)
        return &element;
    }
    return nullptr;
  }
  std::size_t index = 0;
  std::from_chars(selector.data(), selector.data() + selector.size(), index);
  return index < array.size() ? &array[index] : nullptr;
}

void collect_errors(const json::value& value, std::vector<std::string>& errors) {
  if (const json::array* array = value.if_array())
    for (const json::value& element : *array) collect_errors(element, errors);
  if (const json::object* object = value.if_object()) {
    for (const auto& member : *object) {
      const std::string_view key = member.key();
      if (!key.ends_with("errorCode") && !key.ends_with("ErrorCode")) {
        collect_errors(member.value(), errors);
        continue;
      }
      const std::string name =
          member.value().is_string() ? std::string(member.value().get_string()) : json::serialize(member.value());
      if (name != "NONE" && std::ranges::find(errors, name) == errors.end()) errors.push_back(name);
    }
  }
}

}  // namespace

std::optional<json::value> read_message(const wire::MessageTable& table, std::int16_t version, ByteView bytes,
                                        std::string& complaint) {
  wire::AnyMessage message(table);
  wire::Reader reader(bytes);
  if (const auto decoded = wire::decode(table, reader, version, message.get()); !decoded) {
    complaint =
        fmt::format("{} v{} cannot be read: {}: {}", table.name, version, decoded.error().message(), to_hex(bytes));
    return std::nullopt;
  }
  if (reader.remaining() != 0) {
    complaint = fmt::format("{} v{} leaves {} bytes: {}", table.name, version, reader.remaining(), to_hex(bytes));
    return std::nullopt;
  }
  auto json = wire::to_json(table, version, message.get());
  if (!json) {
    complaint = json.error().message();
    return std::nullopt;
  }
  make_readable(*table.body, *json);
  return std::move(*json);
}

const json::value* find(const json::value& json, std::string_view path) {
  const json::value* at = &json;
  while (!path.empty() && at != nullptr) {
    const bool is_index = path.front() == '[';
    const std::size_t end = is_index ? path.find(']') : path.find_first_of(".[", 1);
    const std::string_view name = path.substr(1, (end == path.npos ? path.size() : end) - 1);
    path.remove_prefix(end == path.npos ? path.size() : end + (is_index ? 1 : 0));
    if (is_index) {
      at = at->is_array() ? in_array(at->get_array(), name) : nullptr;
    } else {
      at = at->is_object() ? at->get_object().if_contains(name) : nullptr;
    }
  }
  return at;
}

std::vector<std::string> errors_of(const json::value& answer) {
  std::vector<std::string> errors;
  collect_errors(answer, errors);
  return errors;
}

}  // namespace muir::compat
