// Prints every schema as our tables have it, for the drift test to hold against Apache Kafka's: a line a message and a
// line a field, with the path of the field, the versions that carry it, may carry null, carry it tagged, its tag,
// default, whether it may be dropped, and what it names.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "wire/codec/table.h"
#include "wire/schema/registry.h"

namespace {

using namespace muir;
using namespace muir::wire;

constexpr std::array kTypes{"bool",    "int8", "int16",  "uint16", "int32",   "uint32", "int64",
                            "float64", "uuid", "string", "bytes",  "records", "struct"};

VersionRange intersect(VersionRange a, VersionRange b) { return {std::max(a.min, b.min), std::min(a.max, b.max)}; }

std::string text(VersionRange range) {
  return range.min > range.max ? "none" : fmt::format("{}-{}", range.min, range.max);
}

std::string default_of(const FieldTable& field) {
  if (field.default_is_null) return "null";
  if (field.array != nullptr || field.type >= FieldType::float64) return "";
  return std::to_string(field.default_number);
}

void print_fields(std::string_view message, const StructTable& table, const std::string& path, VersionRange parent) {
  for (const FieldTable& field : table.fields) {
    const VersionRange versions = intersect(field.versions, parent);
    const std::string name = path + std::string(field.json_name);
    fmt::print("field\t{}\t{}\t{}{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", message, name, field.array != nullptr ? "[]" : "",
               kTypes.at(static_cast<std::size_t>(field.type)), text(versions),
               text(intersect(field.nullable, versions)), text(intersect(field.tagged, versions)), field.tag,
               default_of(field), field.ignorable, wire::name(field.kind));
    if (field.structure != nullptr) print_fields(message, *field.structure, name + ".", versions);
  }
}

}  // namespace

int main() {
  for (const MessageTable* table : all_messages()) {
    const VersionRange flexible{table->flexible_from, table->versions.max};
    fmt::print("message\t{}\t{}\t{}\n", table->name, text(table->versions), text(intersect(flexible, table->versions)));
    print_fields(table->name, *table->body, "", table->versions);
  }
}
