// Any bytes as a properties file: parsing ends, and what it yields can be written down and read back.
#include <cstdlib>
#include <string>

#include "server/config/broker_config.h"
#include "server/config/properties.h"

namespace {

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else
      out += std::string("\\") + (c == 't' || c == 'n' || c == 'r' || c == 'f' || c == 'u' ? std::string("u00") : "") +
             (c == 't'   ? "74"
              : c == 'n' ? "6e"
              : c == 'r' ? "72"
              : c == 'f' ? "66"
              : c == 'u' ? "75"
                         : std::string(1, c));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muir::server;
  const auto parsed = parse_properties({reinterpret_cast<const char*>(data), size});
  if (!parsed) return 0;
  std::string written;
  for (const auto& [key, value] : *parsed) written += escape(key) + "=" + escape(value) + "\n";
  const auto again = parse_properties(written);
  if (!again || *again != *parsed) std::abort();
  static_cast<void>(BrokerConfig::load(*parsed));
  return 0;
}
