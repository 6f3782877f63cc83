#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "wire/codec/table.h"

namespace muir::compat {

// What two right answers may differ in, from the file may-differ.txt, which describes its notation.
struct Rule {
  enum class Action { id, any, time, unordered, whole };
  std::string subject;
  Action action;
  std::string name;  // Of an id that is called otherwise than its field.
};

// None, and a complaint, for text that has a line which is no rule or has no reason.
std::optional<std::vector<Rule>> read_rules(std::string_view text, std::string& complaint);

// Brings the answers of one trace into the form in which those of two brokers are compared.  An id gets the same name
// wherever it stands in the trace: `topic_id-1` is the first topic id that was met.
class Canon {
 public:
  explicit Canon(const std::vector<Rule>& rules) : rules_(rules) {}

  // `answer` as read_message() makes it.
  boost::json::value canonical(const wire::MessageTable& table, boost::json::value answer);

  // Ids in a text that is part of no message.
  std::string canonical_text(std::string text);

 private:
  struct Place {
    std::string path;  // `FetchResponse.responses.partitions.records`.
    const wire::FieldTable* field;
  };

  void mark(const wire::StructTable& table, const std::string& path, boost::json::value& value);
  void mark_field(const Place& place, boost::json::value& value);
  void mark_element(const Place& place, const Rule* rule, boost::json::value& value);
  void mark_batches(boost::json::value& value);
  void give_names(boost::json::value& value);
  const Rule* rule_for(const Place& place, bool for_order) const;
  boost::json::value sort_key(const boost::json::value& value) const;
  void sort(boost::json::value& value) const;
  std::string name_of(const std::string& kind, const boost::json::value& raw);

  const std::vector<Rule>& rules_;
  std::map<std::string, std::string> names_;  // Kind and raw id to name.
  std::map<std::string, int> counts_;         // By kind.
  std::map<std::string, std::string> texts_;  // Ids that may stand inside a text.
};

}  // namespace muir::compat
