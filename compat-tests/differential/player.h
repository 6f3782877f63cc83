#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "compat-tests/differential/canonical.h"
#include "compat-tests/differential/connection.h"
#include "compat-tests/differential/trace.h"
#include "compat-tests/differential/value.h"

namespace muir::compat {

// Plays one trace to one broker, step by step, and prints what came of each as a line of JSON.
class Player {
 public:
  Player(std::string address, std::string trace_name, const std::vector<Rule>& rules);

  // False, and a complaint with the line's number, if a step could not be played: a variable that is not known, an
  // answer without what is to be captured.  What a broker answers is no such failure.
  bool play(const Trace& trace, std::string& complaint);

 private:
  struct Outstanding {
    const wire::MessageTable* response;
    std::int16_t version;
    std::int16_t header_version;
    std::int32_t correlation_id;
  };
  struct Peer {
    std::unique_ptr<Connection> connection;
    std::deque<Outstanding> outstanding;
    std::string client_id = "trace";
    std::string source;  // Empty: whatever the system chooses.
  };
  struct Outcome {
    boost::json::value answer;                     // A message, or a text: closed, silent, ...
    const wire::MessageTable* response = nullptr;  // Of a message.
  };

  void play(const Step& step);
  void play_request(const Step& step);
  void play_topic(const Step& step);
  std::string text_of(const Step& step);
  void play_raw(const Step& step);
  Peer& peer(const std::string& name);
  static void forget(Peer& peer);  // The next step opens a new connection.
  bool send(const Step& step, Peer& peer);
  std::optional<OwnedBytes> request_frame(const Step& step, Peer& peer);
  OwnedBytes header_of(const Step& step, const wire::MessageTable& request, Peer& peer);
  Outcome receive(Peer& peer, int within_ms);
  Outcome read_answer(Peer& peer, ByteView frame);
  bool is_met(const Condition& condition, const Outcome& outcome);
  void conclude(const Step& step, Outcome outcome);
  void capture(const Step& step, const Outcome& outcome);
  boost::json::value resolved(boost::json::value value);
  void fail(std::string complaint);

  std::string address_;
  Canon canon_;
  Variables variables_;
  std::map<std::string, Peer> peers_;
  std::int32_t correlation_id_ = 0;
  std::string complaint_;
};

}  // namespace muir::compat
