#include "compat-tests/differential/canonical.h"

#include <algorithm>
#include <regex>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace muir::compat {
namespace {

namespace json = boost::json;
using wire::FieldTable;
using wire::FieldType;

constexpr std::int64_t kEarliestTimeOfDay = 1'750'000'000'000;  // Timestamps of records that traces write are older.
constexpr std::size_t kIdInTextMin = 10;
constexpr std::string_view kMark = "$id";

// No id; 0 is the first producer id, but no session.
bool says_none(std::string_view kind, const json::value& raw) {
  if (raw.is_int64()) return raw.get_int64() < (kind == "producer_id" ? 0 : 1);
  return raw.is_string() && (raw.get_string().empty() || raw.get_string() == "AAAAAAAAAAAAAAAAAAAAAA");
}

std::string id_key(const std::string& kind, const json::value& raw) {
  return fmt::format("{} {}", kind, json::serialize(raw));
}

json::value marked(std::string kind, json::value raw) {
  return json::object{{kMark, std::move(kind)}, {"raw", std::move(raw)}};
}

const std::regex& uuid_in_text() {
  static const std::regex pattern("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  return pattern;
}

// Milliseconds from 2025 on, and what is left of the least int64 less so many.
const std::regex& time_in_text() {
  static const std::regex pattern("\\b1(7[5-9]|[89][0-9])[0-9]{10}\\b|-92233702[0-9]{11}\\b");
  return pattern;
}

// See read_batches().
void drop_torn_batch(json::value& batches) {
  json::array& array = batches.as_array();
  const bool is_torn = !array.empty() && array.back().is_string() &&
                       std::string_view(array.back().get_string()).ends_with(" bytes of a batch");
  if (is_torn) array.pop_back();
}

}  // namespace

const Rule* Canon::rule_for(const Place& place, bool for_order) const {
  for (const Rule& rule : rules_) {
    if ((rule.action == Rule::Action::unordered) != for_order) continue;
    const std::string_view subject = rule.subject;
    if (subject.starts_with('<') && subject == fmt::format("<{}>", wire::name(place.field->kind))) return &rule;
    if (subject.starts_with("*.") && subject.substr(2) == place.field->json_name) return &rule;
    if (subject == place.path) return &rule;
  }
  return nullptr;
}

// What a marked value is sorted by: ids that have no name yet are not looked at.
json::value Canon::sort_key(const json::value& value) const {
  if (const json::array* array = value.if_array()) {
    json::array made;
    for (const json::value& element : *array) made.push_back(sort_key(element));
    return made;
  }
  const json::object* object = value.if_object();
  if (object == nullptr) return value;
  if (object->contains(kMark)) {
    const auto named = names_.find(id_key(std::string(object->at(kMark).as_string()), object->at("raw")));
    return named == names_.end() ? json::value(nullptr) : json::value(json::string(named->second));
  }
  json::object made;
  for (const auto& member : *object) made[member.key()] = sort_key(member.value());
  return made;
}

void Canon::sort(json::value& value) const {
  json::array* array = value.if_array();
  if (array == nullptr) return;
  std::stable_sort(array->begin(), array->end(), [&](const json::value& a, const json::value& b) {
    return json::serialize(sort_key(a)) < json::serialize(sort_key(b));
  });
}

void Canon::mark(const wire::StructTable& table, const std::string& path, json::value& value) {
  json::object* object = value.if_object();
  if (object == nullptr) return;
  for (const FieldTable& field : table.fields) {
    json::value* member = object->if_contains(field.json_name);
    if (member != nullptr && !member->is_null())
      mark_field({fmt::format("{}.{}", path, field.json_name), &field}, *member);
  }
}

void Canon::mark_field(const Place& place, json::value& value) {
  const Rule* rule = rule_for(place, false);
  const auto action = rule ? std::optional(rule->action) : std::nullopt;
  if (action == Rule::Action::any) {
    value = "any";
  } else if (place.field->type == FieldType::records) {
    if (action == Rule::Action::whole) drop_torn_batch(value);
    mark_batches(value);
  } else if (!place.field->array) {
    mark_element(place, rule, value);
  } else {
    for (json::value& element : value.as_array()) mark_element(place, rule, element);
    if (rule_for(place, true)) sort(value);
  }
}

void Canon::mark_element(const Place& place, const Rule* rule, json::value& value) {
  if (place.field->type == FieldType::structure) return mark(*place.field->structure, place.path, value);
  if (rule == nullptr) return;
  if (rule->action == Rule::Action::time && value.is_int64() && value.get_int64() >= kEarliestTimeOfDay)
    value = "a time of day";
  if (rule->action != Rule::Action::id) return;
  const bool is_opaque = place.field->kind == wire::EntityKind::opaque;
  const std::string_view kind = is_opaque ? place.field->json_name : wire::name(place.field->kind);
  if (says_none(kind, value)) return;
  value = marked(rule->name.empty() ? std::string(kind) : rule->name, value);
}

void Canon::mark_batches(json::value& value) {
  for (json::value& batch : value.as_array()) {
    json::object* object = batch.if_object();
    if (object == nullptr) continue;
    if (json::value* id = object->if_contains("producerId")) *id = marked("producer_id", *id);
    for (const char* field : {"baseTimestamp", "maxTimestamp"})
      if (json::value& time = object->at(field); time.as_int64() >= kEarliestTimeOfDay) time = "a time of day";
    json::array* records = object->at("records").if_array();
    for (std::size_t i = 0; records != nullptr && i < records->size(); ++i) {
      json::object* record = records->at(i).if_object();
      json::value* time = record ? record->if_contains("timestamp") : nullptr;
      if (time && time->as_int64() >= kEarliestTimeOfDay) *time = "a time of day";
    }
  }
}

std::string Canon::name_of(const std::string& kind, const json::value& raw) {
  const std::string key = id_key(kind, raw);
  auto found = names_.find(key);
  if (found == names_.end()) {
    found = names_.emplace(key, fmt::format("{}-{}", kind, ++counts_[kind])).first;
    if (raw.is_string() && raw.get_string().size() >= kIdInTextMin)
      texts_.emplace(std::string(raw.get_string()), found->second);
  }
  return found->second;
}

void Canon::give_names(json::value& value) {
  if (json::array* array = value.if_array()) {
    for (json::value& element : *array) give_names(element);
  } else if (json::object* object = value.if_object()) {
    if (object->contains(kMark)) {
      const json::value name = json::string(name_of(std::string(object->at(kMark).as_string()), object->at("raw")));
      value = name;
      return;
    }
    for (auto& member : *object) give_names(member.value());
  } else if (json::string* text = value.if_string()) {
    *text = canonical_text(std::string(*text));
  }
}

std::string Canon::canonical_text(std::string text) {
  for (const auto& [id, name] : texts_)
    for (std::size_t at; (at = text.find(id)) != text.npos;) text.replace(at, id.size(), name);
  text = std::regex_replace(text, time_in_text(), "(time)");
  std::smatch match;
  while (std::regex_search(text, match, uuid_in_text())) {
    const std::string name = name_of("uuid", json::string(match.str()));
    text.replace(static_cast<std::size_t>(match.position()), static_cast<std::size_t>(match.length()), name);
  }
  return text;
}

json::value Canon::canonical(const wire::MessageTable& table, json::value answer) {
  mark(*table.body, std::string(table.name), answer);
  give_names(answer);
  return answer;
}

}  // namespace muir::compat
