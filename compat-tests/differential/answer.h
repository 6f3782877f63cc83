#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "wire/base/bytes.h"
#include "wire/codec/table.h"

namespace muir::compat {

// A message as a trace shows it: Kafka's JSON, but error codes by their names, bytes as text or 0x..., records as
// batches.  None, and a complaint, for bytes that are no such message or go on behind it.
std::optional<boost::json::value> read_message(const wire::MessageTable& table, std::int16_t version, ByteView bytes,
                                               std::string& complaint);

// What `path` leads to in `json`: `.topics[0].name`, `.topics[name=orders].topicId`.  nullptr if there is nothing.
const boost::json::value* find(const boost::json::value& json, std::string_view path);

// The names of its errors other than NONE, each once, in the order in which they stand.
std::vector<std::string> errors_of(const boost::json::value& answer);

}  // namespace muir::compat
