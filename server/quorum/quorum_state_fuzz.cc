#include <cstdint>
#include <string_view>

#include "server/quorum/quorum_state_file.h"
#include "wire/base/check.h"

// Whatever is accepted is written back to a file that says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto election = muir::server::parse_quorum_state({reinterpret_cast<const char*>(data), size});
  if (!election) return 0;
  const auto again = muir::server::parse_quorum_state(muir::server::format_quorum_state(*election, 1, {}));
  CHECK(again && *again == *election);
  return 0;
}
