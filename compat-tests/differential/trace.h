#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

// A trace: what to send to a broker, line by line.  The notation is described in docs/differential-traces.md.
namespace muir::compat {

struct Capture {
  std::string variable;
  std::string path;
};

struct Condition {
  std::string path;  // Empty: no error is in the answer.
  boost::json::value value;
};

inline constexpr int kAnswerMs = 15'000;  // How long an answer may take where the step does not say.
inline constexpr int kUntilMs = 30'000;   // For how long a request is repeated at most.

struct Step {
  enum class Verb {
    request,  // Send, and wait for the answer.
    send,     // Send only.
    await,    // The answer to the oldest request of the connection that has none yet.
    silent,   // No answer comes for some time.
    frame,    // Raw bytes, behind a size that is right.
    bytes,    // Raw bytes and nothing else.
    topic,    // Creates one and waits until its partitions are led.
    close,
    client_id,  // What later requests of the connection say.
    from,       // The address that the connection comes from when it is opened next.
    pause,
  };

  int line = 0;
  std::string label;
  std::string connection = "main";
  Verb verb = Verb::request;
  std::string api;  // `Metadata`.
  std::int16_t version = 0;
  boost::json::value
      argument;  // The fields of a request, the raw bytes, the client id, an address, the configs of a topic.
  std::string topic;
  int partitions = 0;
  int milliseconds = 0;  // Of silent and pause.

  std::vector<Capture> captures;
  std::optional<Condition> until;
  int within_ms = kAnswerMs;
  bool is_quiet = false;                             // The answer is not compared.
  std::optional<std::vector<std::string>> expected;  // The distinct errors of the answer, in their order.

  // Faults.
  std::size_t cut = 0;                         // So many bytes of the body are not sent.
  boost::json::value append;                   // Bytes behind the body; null for none.
  std::optional<std::int16_t> header_key;      // What the header says instead.
  std::optional<std::int16_t> header_version;  // Likewise.
  std::optional<std::int16_t> answer_version;  // How the answer is to be read.
};

struct Trace {
  std::vector<Step> steps;
};

// None, and a complaint that begins with the line's number, for text that is no trace.
std::optional<Trace> read_trace(std::string_view text, std::string& complaint);

}  // namespace muir::compat
