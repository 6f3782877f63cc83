#pragma once

#include <map>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

// Values in a trace are JSON with bare words, and three things JSON has not: variables, bytes and messages.  Read, they
// stand in the JSON tree as objects of one reserved key:
//   $name, $name+1    {"$variable": "name", "plus": 1}
//   0x00ff            {"$hex": "00ff"}
//   Name v3 {...}     {"$message": "Name", "version": 3, "fields": {...}}
// A string "a $name b" takes the variable's text; "$$" is a dollar.
namespace muir::compat {

using Variables = std::map<std::string, boost::json::value, std::less<>>;

// Reads one step of a trace, piece by piece.  Failure is sticky: the first complaint is kept and nothing more is read.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool ok() const { return complaint_.empty(); }
  const std::string& complaint() const { return complaint_; }
  void fail(std::string complaint);

  bool at_end();
  bool next_is(char c);
  // Takes it if it is there.
  bool accept(std::string_view token);
  bool accept_word(std::string_view word);
  void expect(std::string_view token);

  std::string word();  // Letters, digits, `_`, `-` and `.`; complains if there is none.
  std::string peek_word();
  std::string until_blank();  // Everything up to the next blank.
  std::int64_t integer();
  std::int16_t version();  // `v3`.
  boost::json::value value();

 private:
  void skip_blanks();
  boost::json::value object();
  boost::json::value array();
  boost::json::value text();
  boost::json::value variable();
  boost::json::value bare();

  std::string_view rest_;
  std::string complaint_;
  int depth_ = 0;
};

// The value with its variables put in.  False, and a complaint, for a variable that is not known.
bool resolve(boost::json::value& value, const Variables& variables, std::string& complaint);

}  // namespace muir::compat
