#pragma once

#include <string>
#include <utility>

#include <boost/system/result.hpp>

#include "wire/base/bytes.h"

namespace muir::auth {

struct GssError {
  std::string reason = {};  // For the log; no secret, but names that the client chose.

  GssError() = default;
  static GssError of(std::string why) {
    GssError error;
    error.reason = std::move(why);
    return error;
  }
};

template <class T>
using GssResult = boost::system::result<T, GssError>;

// A security context of RFC 2743, the side that accepts.  Its calls may wait for files; one at a time, on any thread.
class GssContext {
 public:
  struct Accepted {
    bool is_established = false;
    std::string token;  // For the client; may be empty.
  };

  virtual ~GssContext() = default;

  virtual GssResult<Accepted> accept(ByteView token) = 0;

  // Once it is established.  Messages are protected against change, not against being read.
  virtual GssResult<std::string> wrap(ByteView message) = 0;
  virtual GssResult<std::string> unwrap(ByteView token) = 0;

  // Whom the client has proved to be, as its mechanism spells it: primary/instance@REALM.
  virtual GssResult<std::string> peer() = 0;
};

}  // namespace muir::auth
