#pragma once

#include <optional>
#include <string>

#include "wire/base/bytes.h"

namespace muir::compat {

// A TCP connection that sends bytes and receives frames.  Every wait is bounded.
class Connection {
 public:
  // `host:port`, the host an IPv4 address, as is `source`, the address to come from; empty: any.  is_open() is false if
  // nobody accepts.
  explicit Connection(const std::string& address, const std::string& source = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return socket_ >= 0; }
  bool send(ByteView bytes);
  bool send_frame(ByteView content);

  struct Received {
    enum class Kind { frame, closed, nothing } kind;
    OwnedBytes content;  // Of a frame, without its size.
  };
  Received receive(int within_ms);

 private:
  std::optional<Received> take_frame();

  int socket_;
  OwnedBytes unread_;
};

}  // namespace muir::compat
