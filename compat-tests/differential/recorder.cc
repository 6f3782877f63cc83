#include "compat-tests/differential/recorder.h"

#include <mutex>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "compat-tests/differential/answer.h"
#include "compat-tests/differential/hex.h"
#include "wire/codec/reader.h"
#include "wire/schema/registry.h"
#include "wire/schema/request_header.h"
#include "wire/schema/response_header.h"

namespace muir::compat {
namespace {

namespace json = boost::json;
using wire::EntityKind;
using wire::FieldTable;
using wire::FieldType;

// Ids that brokers made up, by their text as JSON, over all connections of a recording.
class MadeUp {
 public:
  std::string variable_for(const json::value& id) {
    const std::lock_guard guard(mutex_);
    const auto found = names_.find(json::serialize(id));
    return found == names_.end() ? std::string() : "$" + found->second;
  }

  // Empty if it is known already.
  std::string add(std::string_view kind, const json::value& id) {
    const std::lock_guard guard(mutex_);
    auto [found, is_new] = names_.try_emplace(json::serialize(id));
    if (!is_new) return {};
    return found->second = fmt::format("{}{}", kind, ++counts_[std::string(kind)]);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> names_;
  std::map<std::string, int> counts_;
};

MadeUp& made_up() {
  static MadeUp all;
  return all;
}

// The kind of what a broker makes up, empty for other fields.
std::string_view made_up_kind(const FieldTable& field) {
  if (field.kind == EntityKind::topic_id) return "topicId";
  if (field.kind == EntityKind::producer_id) return "producerId";
  if (field.json_name == "memberId") return "member";
  if (field.json_name == "sessionId") return "session";
  return {};
}

bool says_something(const json::value& id) {
  if (id.is_string()) return !id.get_string().empty() && id != json::value("AAAAAAAAAAAAAAAAAAAAAA");
  return id.is_int64() && id.get_int64() > 0;
}

std::string quoted(const std::string& text) {
  if (text.starts_with("0x")) return text;
  std::string made = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') made += '\\';
    made += c == '$' ? "$$" : c == '\n' ? "\\n" : std::string(1, c);
  }
  return made + '"';
}

// Writes a message in the notation of traces, without the fields that have their default.
class Printer {
 public:
  static std::string structure(const wire::StructTable& table, const json::value& value) {
    std::string made;
    for (const FieldTable& field : table.fields) {
      const json::value* member = value.as_object().if_contains(field.json_name);
      if (member == nullptr || is_default(field, *member)) continue;
      made += fmt::format("{}{}: {}", made.empty() ? "" : ", ", field.json_name, print(field, *member));
    }
    return "{" + made + "}";
  }

 private:
  static bool is_default(const FieldTable& field, const json::value& value) {
    if (value.is_null()) return field.default_is_null || field.type == FieldType::records;
    if (field.default_is_null) return false;
    if (field.array) return value.is_array() && value.get_array().empty();
    if (value.is_bool()) return value.get_bool() == (field.default_number != 0);
    if (value.is_int64()) return value.get_int64() == field.default_number;
    return value.is_string() && (value.get_string().empty() || value == json::value("AAAAAAAAAAAAAAAAAAAAAA"));
  }

  static std::string print(const FieldTable& field, const json::value& value) {
    if (field.type == FieldType::records) return batches(value);
    if (!field.array || !value.is_array()) return element(field, value);
    std::string made;
    for (const json::value& one : value.get_array()) made += (made.empty() ? "" : ", ") + element(field, one);
    return "[" + made + "]";
  }

  static std::string element(const FieldTable& field, const json::value& value) {
    if (value.is_null()) return "null";
    if (field.type == FieldType::structure) return structure(*field.structure, value);
    if (!made_up_kind(field).empty() && says_something(value)) {
      const std::string variable = made_up().variable_for(value);
      if (!variable.empty()) return variable;
    }
    return value.is_string() ? quoted(std::string(value.get_string())) : json::serialize(value);
  }

  static std::string batches(const json::value& value) {
    std::string made;
    for (const json::value& one : value.as_array()) {
      if (!made.empty()) made += ", ";
      made += one.is_object() ? batch(one.get_object()) : quoted(std::string(one.as_string()));
    }
    return value.as_array().size() == 1 ? made : "[" + made + "]";
  }

  static std::string batch(const json::object& batch) {
    constexpr std::string_view kCodecs[] = {"none", "gzip", "snappy", "lz4", "zstd", "none", "none", "none"};
    const std::int64_t attributes = batch.at("attributes").as_int64();
    std::string made = fmt::format("{{codec: {}", kCodecs[attributes & 7]);
    if (attributes & 0x10) made += ", transactional: true";
    for (const char* field : {"producerId", "producerEpoch", "baseSequence"}) {
      const json::value* value = batch.if_contains(field);
      if (value == nullptr) continue;
      const std::string variable = made_up().variable_for(*value);
      const bool is_id = field == std::string_view("producerId") && !variable.empty();
      made += fmt::format(", {}: {}", field, is_id ? variable : json::serialize(*value));
    }
    std::string records;
    if (const json::array* all = batch.at("records").if_array())
      for (const json::value& one : *all) records += (records.empty() ? "" : ", ") + record(one);
    return made + ", records: [" + records + "]}";
  }

  static std::string record(const json::value& value) {
    const json::object* fields = value.if_object();
    if (fields == nullptr) return "{}";
    std::string made;
    for (const char* field : {"key", "value"}) {
      const json::value& one = fields->at(field);
      if (!one.is_null())
        made += fmt::format("{}{}: {}", made.empty() ? "" : ", ", field, quoted(std::string(one.as_string())));
    }
    if (const json::value* headers = fields->if_contains("headers")) {
      std::string all;
      for (const auto& header : headers->as_object())
        all += fmt::format("{}{}: {}", all.empty() ? "" : ", ", quoted(std::string(header.key())),
                           header.value().is_null() ? "null" : quoted(std::string(header.value().as_string())));
      made += fmt::format(", headers: {{{}}}", all);
    }
    return "{" + made + "}";
  }
};

// `-> $topicId1 = .topics[0].topicId` for each id that is new in an answer.
void capture(const wire::StructTable& table, const json::value& value, const std::string& path, std::string& made) {
  if (!value.is_object()) return;
  for (const FieldTable& field : table.fields) {
    const json::value* member = value.get_object().if_contains(field.json_name);
    if (member == nullptr) continue;
    const std::string here = fmt::format("{}.{}", path, field.json_name);
    const std::string_view kind = made_up_kind(field);
    if (field.structure && member->is_array()) {
      for (std::size_t i = 0; i < member->get_array().size(); ++i)
        capture(*field.structure, member->get_array()[i], fmt::format("{}[{}]", here, i), made);
    } else if (field.structure) {
      capture(*field.structure, *member, here, made);
    } else if (!kind.empty() && !field.array && says_something(*member)) {
      const std::string variable = made_up().add(kind, *member);
      if (!variable.empty()) made += fmt::format(" -> ${} = {}", variable, here);
    }
  }
}

}  // namespace

void Recorder::request(ByteView frame) {
  if (frame.size() < 4) return;
  const auto key = static_cast<wire::ApiKey>(load_big_endian<std::int16_t>(frame.data()));
  const std::int16_t version = load_big_endian<std::int16_t>(frame.data() + 2);
  const wire::MessageTable* request = wire::find_request(key);
  const auto header_version = wire::request_header_version(key, version);
  wire::Reader reader(frame);
  wire::RequestHeader header;
  if (request == nullptr || !header_version || !decode(reader, *header_version, header)) {
    asked_.push_back({0, nullptr, 0, 0, fmt::format("{}: frame 0x{}", connection_, to_hex(frame))});
    return;
  }
  Asked asked{header.correlation_id,
              wire::find_response(key),
              version,
              wire::response_header_version(key, version).value(),
              {}};
  if (header.client_id && *header.client_id != client_id_) {
    client_id_ = *header.client_id;
    asked.line = fmt::format("{}: client {}\n", connection_, quoted(client_id_));
  }
  std::string complaint;
  const auto body = read_message(*request, version, frame.subspan(frame.size() - reader.remaining()), complaint);
  asked.line += body ? fmt::format("{}: {} v{} {}", connection_, request->name.substr(0, request->name.size() - 7),
                                   version, Printer::structure(*request->body, *body))
                     : fmt::format("{}: frame 0x{}  # {}", connection_, to_hex(frame), complaint);
  asked_.push_back(std::move(asked));
}

std::string Recorder::response(ByteView frame) {
  std::string lines;
  while (!asked_.empty() && frame.size() >= 4) {
    Asked asked = std::move(asked_.front());
    asked_.pop_front();
    // A request without an answer went before: a Produce with acks 0.
    const bool is_answer = asked.correlation_id == load_big_endian<std::int32_t>(frame.data());
    lines += is_answer ? asked.line
                       : asked.line.replace(asked.line.rfind(connection_ + ": ") + connection_.size() + 2, 0, "send ");
    if (is_answer && asked.response != nullptr) {
      wire::Reader reader(frame);
      wire::ResponseHeader header;
      std::string complaint;
      if (decode(reader, asked.header_version, header)) {
        const auto body =
            read_message(*asked.response, asked.version, frame.subspan(frame.size() - reader.remaining()), complaint);
        if (body) capture(*asked.response->body, *body, "", lines);
      }
    }
    lines += '\n';
    if (is_answer) break;
  }
  return lines;
}

}  // namespace muir::compat
