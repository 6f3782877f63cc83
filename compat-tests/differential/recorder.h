#pragma once

#include <deque>
#include <map>
#include <string>

#include "wire/base/bytes.h"
#include "wire/codec/table.h"

namespace muir::compat {

// Turns the frames of one client's connection into lines of a trace.  What the broker made up and the client says again
// (member ids, topic ids, producer ids, session ids) becomes a variable, so that the trace can be played elsewhere.
class Recorder {
 public:
  // `connection` is its name in the trace.
  explicit Recorder(std::string connection) : connection_(std::move(connection)) {}

  // Frames without their size, in the order in which they went by.
  void request(ByteView frame);
  // What has been said of it by now, complete with what it answered: lines, ready to be printed.
  std::string response(ByteView frame);

 private:
  struct Asked {
    std::int32_t correlation_id;
    const wire::MessageTable* response;
    std::int16_t version;
    std::int16_t header_version;
    std::string line;
  };

  std::string connection_;
  std::string client_id_ = "trace";
  std::deque<Asked> asked_;
};

}  // namespace muir::compat
