#include "server/runtime/printed_address.h"

#include <fmt/format.h>

namespace muir::server {

std::string printed_address(const in6_addr& address) {
  std::string text;
  for (std::size_t i = 0; i < sizeof address.s6_addr; i += 2) {
    const unsigned group = static_cast<unsigned>(address.s6_addr[i]) << 8 | address.s6_addr[i + 1];
    text += fmt::format("{}{:x}", i == 0 ? "" : ":", group);
  }
  return text;
}

}  // namespace muir::server
