#pragma once

#include <string>

namespace muir::auth {

// Who a connection speaks for: `User:alice`.  A connection that never had to say is `User:ANONYMOUS`.
struct Principal {
  std::string type = "User";
  std::string name = "ANONYMOUS";

  bool operator==(const Principal&) const = default;
  std::string to_string() const { return type + ":" + name; }
};

}  // namespace muir::auth
