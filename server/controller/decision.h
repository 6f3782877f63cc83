#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/controller/record_batch.h"
#include "wire/base/bytes.h"

namespace muir::server {

// Strings that a response refers to and that are in no request.  They stay where they are when this is moved.
class Texts {
 public:
  Texts() = default;
  Texts(Texts&&) = default;
  Texts& operator=(Texts&&) = default;
  Texts(const Texts&) = delete;
  Texts& operator=(const Texts&) = delete;

  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }
  std::optional<std::string_view> keep(std::optional<std::string> text) {
    if (!text) return std::nullopt;
    return keep(std::move(*text));
  }

 private:
  std::deque<std::string> kept_;  // Elements never move.
};

// What the controller makes of one request: records to append, and what to answer once they are committed.
// Lifetime: the response's strings view `texts` and the request's own frame, never the controller's state; whoever
// holds the response holds this and the frame.
template <class Response>
struct Decision {
  std::vector<OwnedBytes> records;  // Whole frames; empty for a refusal, a validation or a read.
  bool is_atomic = true;            // All in one batch.  Otherwise the log may cut them into several.
  Response response;
  Texts texts;
};

}  // namespace muir::server
