#include "compat-tests/differential/value.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "compat-tests/differential/hex.h"

namespace muir::compat {
namespace {

namespace json = boost::json;

constexpr int kDepthMax = 64;

bool is_letter(char c) { return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return '0' <= c && c <= '9'; }
bool is_in_word(char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; }
bool is_in_name(char c) { return is_letter(c) || is_digit(c); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

template <class Predicate>
std::string_view take_while(std::string_view& text, Predicate holds) {
  std::size_t length = 0;
  while (length < text.size() && holds(text[length])) ++length;
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}

}  // namespace

void Scanner::fail(std::string complaint) {
  if (ok()) complaint_ = std::move(complaint);
  rest_ = {};
}

void Scanner::skip_blanks() { take_while(rest_, is_blank); }

bool Scanner::at_end() {
  skip_blanks();
  return rest_.empty();
}

bool Scanner::next_is(char c) {
  skip_blanks();
  return rest_.starts_with(c);
}

bool Scanner::accept(std::string_view token) {
  skip_blanks();
  if (!rest_.starts_with(token)) return false;
  rest_.remove_prefix(token.size());
  return true;
}

bool Scanner::accept_word(std::string_view word) { return peek_word() == word && accept(word); }

void Scanner::expect(std::string_view token) {
  if (!accept(token)) fail(fmt::format("'{}' expected before '{}'", token, rest_.substr(0, 30)));
}

std::string Scanner::peek_word() {
  skip_blanks();
  std::string_view from = rest_;
  return std::string(take_while(from, is_in_word));
}

std::string Scanner::word() {
  skip_blanks();
  const auto taken = take_while(rest_, is_in_word);
  if (taken.empty()) fail(fmt::format("a word expected before '{}'", rest_.substr(0, 30)));
  return std::string(taken);
}

std::string Scanner::until_blank() {
  skip_blanks();
  return std::string(take_while(rest_, [](char c) { return !is_blank(c); }));
}

std::int64_t Scanner::integer() {
  const json::value number = bare();
  if (const auto* whole = number.if_int64()) return *whole;
  fail("a number expected");
  return 0;
}

std::int16_t Scanner::version() {
  expect("v");
  return static_cast<std::int16_t>(integer());
}

json::value Scanner::value() {
  skip_blanks();
  if (++depth_ > kDepthMax) fail("nested too deep");
  json::value read;
  if (rest_.starts_with('{')) {
    read = object();
  } else if (rest_.starts_with('[')) {
    read = array();
  } else if (rest_.starts_with('"')) {
    read = text();
  } else if (rest_.starts_with('$')) {
    read = variable();
  } else {
    read = bare();
  }
  --depth_;
  return read;
}

json::value Scanner::object() {
  json::object object;
  expect("{");
  while (ok() && !accept("}")) {
    const json::value key = next_is('"') ? text() : json::value(word());
    expect(":");
    if (ok()) object[key.as_string()] = value();
    if (!next_is('}')) expect(",");
  }
  return object;
}

json::value Scanner::array() {
  json::array array;
  expect("[");
  while (ok() && !accept("]")) {
    array.push_back(value());
    if (!next_is(']')) expect(",");
  }
  return array;
}

json::value Scanner::text() {
  json::string text;
  expect("\"");
  while (ok()) {
    if (rest_.empty()) {
      fail("a string without an end");
      break;
    }
    char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') break;
    if (c == '\\' && !rest_.empty()) {
      const char escaped = rest_.front();
      rest_.remove_prefix(1);
      c = escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped == '0' ? '\0' : escaped;
    }
    text.push_back(c);
  }
  return text;
}

json::value Scanner::variable() {
  expect("$");
  json::object variable;
  variable["$variable"] = std::string(take_while(rest_, is_in_name));
  if (rest_.starts_with('+') || rest_.starts_with('-')) {
    const bool is_less = rest_.front() == '-';
    rest_.remove_prefix(1);
    const std::int64_t number = integer();
    variable["plus"] = is_less ? -number : number;
  }
  return variable;
}

json::value Scanner::bare() {
  const std::string word = this->word();
  if (word == "null" || word.empty()) return nullptr;
  if (word == "true") return true;
  if (word == "false") return false;
  if (word.starts_with("0x")) {
    if (!from_hex(std::string_view(word).substr(2))) fail(fmt::format("{} is not hexadecimal", word));
    return json::object{{"$hex", word.substr(2)}};
  }
  if (is_digit(word[0]) || (word[0] == '-' && word.size() > 1 && is_digit(word[1]))) {
    char* end = nullptr;
    if (const long long whole = std::strtoll(word.c_str(), &end, 10); *end == '\0') return std::int64_t{whole};
    if (const double real = std::strtod(word.c_str(), &end); *end == '\0') return real;
  }
  const std::string next = peek_word();
  if (next.size() < 2 || next[0] != 'v' || !is_digit(next[1])) return json::string(word);
  const std::int16_t version = this->version();
  json::value fields = next_is('{') ? object() : json::value(json::object());
  return json::object{{"$message", word}, {"version", version}, {"fields", std::move(fields)}};
}

namespace {

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

bool resolve_variable(json::value& value, const Variables& variables, std::string& complaint) {
  const json::object reference = value.get_object();
  const std::string name(reference.at("$variable").as_string());
  const auto found = variables.find(name);
  if (found == variables.end()) {
    complaint = fmt::format("no variable ${}", name);
    return false;
  }
  value = found->second;
  if (const json::value* plus = reference.if_contains("plus")) {
    if (!value.is_int64()) {
      complaint = fmt::format("${} is no number", name);
      return false;
    }
    value = value.get_int64() + plus->as_int64();
  }
  return true;
}

bool resolve_text(json::string& text, const Variables& variables, std::string& complaint) {
  std::string made;
  std::string_view rest = text;
  while (!rest.empty()) {
    made += take_while(rest, [](char c) { return c != '$'; });
    if (rest.empty()) break;
    rest.remove_prefix(1);
    const auto name = take_while(rest, is_in_name);
    if (name.empty() && rest.starts_with('$')) {
      made += '$';
      rest.remove_prefix(1);
      continue;
    }
    const auto found = variables.find(name);
    if (found == variables.end()) {
      complaint = fmt::format("no variable ${}", name);
      return false;
    }
    made += text_of(found->second);
  }
  text = made;
  return true;
}

}  // namespace

bool resolve(json::value& value, const Variables& variables, std::string& complaint) {
  if (auto* text = value.if_string()) return resolve_text(*text, variables, complaint);
  if (auto* array = value.if_array()) {
    for (json::value& element : *array)
      if (!resolve(element, variables, complaint)) return false;
  }
  if (auto* object = value.if_object()) {
    if (object->contains("$variable")) return resolve_variable(value, variables, complaint);
    for (auto& member : *object)
      if (!resolve(member.value(), variables, complaint)) return false;
  }
  return true;
}

}  // namespace muir::compat
