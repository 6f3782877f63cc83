#include "compat-tests/differential/trace.h"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "compat-tests/differential/value.h"
#include "wire/schema/registry.h"

namespace muir::compat {
namespace {

// What a line adds to the open brackets and braces; `#` outside a string ends the line.
int strip(std::string_view& line) {
  int open = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_text) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '#') {
      line = line.substr(0, i);
      break;
    } else if (c == '{' || c == '[') {
      ++open;
    } else if (c == '}' || c == ']') {
      --open;
    }
  }
  return open;
}

class StepReader {
 public:
  StepReader(std::string_view text, Step& step) : scan_(text), step_(step) {}

  std::string read() {
    if (scan_.accept("@")) step_.label = scan_.word();
    read_connection();
    read_verb();
    while (scan_.ok() && !scan_.at_end()) read_clause();
    return scan_.complaint();
  }

 private:
  using Verb = Step::Verb;

  void read_connection() {
    Scanner ahead = scan_;
    const std::string name = ahead.word();
    if (!ahead.ok() || !ahead.accept(":")) return;
    step_.connection = name;
    scan_ = ahead;
  }

  void read_verb() {
    if (scan_.accept_word("send")) return read_request(Verb::send);
    if (scan_.accept_word("await")) return set(Verb::await);
    if (scan_.accept_word("close")) return set(Verb::close);
    if (scan_.accept_word("silent")) return read_time(Verb::silent);
    if (scan_.accept_word("pause")) return read_time(Verb::pause);
    if (scan_.accept_word("frame")) return read_argument(Verb::frame);
    if (scan_.accept_word("bytes")) return read_argument(Verb::bytes);
    if (scan_.accept_word("topic")) return read_topic();
    if (scan_.accept_word("client")) return read_argument(Verb::client_id);
    if (scan_.accept_word("from")) return read_argument(Verb::from);
    read_request(Verb::request);
  }

  void set(Verb verb) { step_.verb = verb; }

  void read_time(Verb verb) {
    set(verb);
    step_.milliseconds = static_cast<int>(scan_.integer());
  }

  void read_topic() {
    set(Verb::topic);
    step_.topic = scan_.word();
    step_.partitions = static_cast<int>(scan_.integer());
    step_.argument = scan_.next_is('{') ? scan_.value() : boost::json::value(boost::json::object());
  }

  void read_argument(Verb verb) {
    set(verb);
    step_.argument = scan_.value();
  }

  void read_request(Verb verb) {
    set(verb);
    step_.api = scan_.word();
    const wire::MessageTable* table = wire::find_message(step_.api + "Request");
    if (table == nullptr) return scan_.fail(fmt::format("there is no API {}", step_.api));
    step_.version = scan_.version();
    if (scan_.ok() && !table->versions.contains(step_.version))
      scan_.fail(fmt::format("{} has no version {}: say header-version", step_.api, step_.version));
    step_.argument = scan_.next_is('{') ? scan_.value() : boost::json::value(boost::json::object());
  }

  void read_clause() {
    if (scan_.accept("->")) return read_capture();
    if (scan_.accept("=>")) return read_expected();
    if (scan_.accept_word("until")) return read_condition();
    if (scan_.accept_word("within")) return void(step_.within_ms = static_cast<int>(scan_.integer()));
    if (scan_.accept_word("quiet")) return void(step_.is_quiet = true);
    if (scan_.accept_word("cut")) return void(step_.cut = static_cast<std::size_t>(scan_.integer()));
    if (scan_.accept_word("append")) return void(step_.append = scan_.value());
    if (scan_.accept_word("header-key")) return void(step_.header_key = static_cast<std::int16_t>(scan_.integer()));
    if (scan_.accept_word("header-version"))
      return void(step_.header_version = static_cast<std::int16_t>(scan_.integer()));
    if (scan_.accept_word("answer-version"))
      return void(step_.answer_version = static_cast<std::int16_t>(scan_.integer()));
    scan_.fail(fmt::format("no clause begins with '{}'", scan_.until_blank()));
  }

  void read_capture() {
    scan_.expect("$");
    std::string variable = scan_.word();
    scan_.expect("=");
    step_.captures.push_back({std::move(variable), scan_.until_blank()});
  }

  void read_condition() {
    Condition condition;
    step_.until.emplace();
    if (scan_.accept_word("ok")) return;
    condition.path = scan_.until_blank();
    scan_.expect("=");
    condition.value = scan_.value();
    step_.until = std::move(condition);
  }

  void read_expected() {
    step_.expected.emplace();
    do step_.expected->push_back(scan_.word());
    while (scan_.accept(","));
    if (*step_.expected == std::vector<std::string>{"NONE"}) step_.expected->clear();
  }

  Scanner scan_;
  Step& step_;
};

}  // namespace

std::optional<Trace> read_trace(std::string_view text, std::string& complaint) {
  Trace trace;
  std::string step_text;
  int number = 0, first_line = 0, open = 0;
  while (!text.empty()) {
    ++number;
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    open += strip(line);
    if (line.find_first_not_of(" \t\r") == line.npos && open == 0 && step_text.empty()) continue;
    if (step_text.empty()) first_line = number;
    step_text.append(line) += ' ';
    // A line that begins with a blank carries on the one before it.
    if (open > 0 || text.starts_with("  ")) continue;
    Step step;
    step.line = first_line;
    complaint = StepReader(step_text, step).read();
    if (!complaint.empty()) {
      complaint = fmt::format("{}: {}", first_line, complaint);
      return std::nullopt;
    }
    trace.steps.push_back(std::move(step));
    step_text.clear();
    open = 0;
  }
  if (open != 0) complaint = fmt::format("{}: a bracket is not closed", first_line);
  if (!complaint.empty()) return std::nullopt;
  return trace;
}

}  // namespace muir::compat
