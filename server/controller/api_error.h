#pragma once

#include <optional>
#include <string>
#include <utility>

#include "wire/codec/error_code.h"

namespace muir::server {

// What Kafka answers to one item of a request: a code and, mostly, a sentence.  No sentence is null on the wire.
struct ApiError {
  wire::ErrorCode code = wire::ErrorCode::NONE;
  std::optional<std::string> message;

  ApiError() = default;
  explicit ApiError(wire::ErrorCode c) : code(c) {}
  ApiError(wire::ErrorCode c, std::string text) : code(c), message(std::move(text)) {}

  // With the sentence that Kafka keeps for the code, as its ApiError(Errors) has.  Where Kafka throws, the sentence is
  // absent, or the exception's own.
  static ApiError with_default_message(wire::ErrorCode code);

  bool failed() const { return code != wire::ErrorCode::NONE; }
  bool operator==(const ApiError&) const = default;
};

}  // namespace muir::server
