#pragma once

#include <string>

#include "wire/base/result.h"

namespace muir::server {

// Why a handler refuses a part of a request, or the whole of it, without asking anybody.
enum class HandlerErrc {
  topic_authorization_failed = 1,  // The principal may not do this to this topic: say so, and nothing of the topic.
  no_producer_ids,                 // The controller gave no block of ids: the client tries again.
  acks_zero_failed,                // A Produce without answer failed: closing the connection is the only way to say so.
  unknown_element,                 // A request with a code 0 where there must be a value: its connection is closed.
};

inline const boost::system::error_category& handler_category() {
  class Category final : public boost::system::error_category {
   public:
    const char* name() const noexcept override { return "handler"; }
    std::string message(int value) const override {
      switch (static_cast<HandlerErrc>(value)) {
        case HandlerErrc::topic_authorization_failed:
          return "not authorized";
        case HandlerErrc::no_producer_ids:
          return "no producer ids";
        case HandlerErrc::acks_zero_failed:
          return "produce request without answer failed";
        case HandlerErrc::unknown_element:
          return "request contains unknown elements";
      }
      return "unknown";
    }
  };
  static const Category category;
  return category;
}

inline Error make_error_code(HandlerErrc errc) { return {static_cast<int>(errc), handler_category()}; }

}  // namespace muir::server

template <>
struct boost::system::is_error_code_enum<muir::server::HandlerErrc> : std::true_type {};
