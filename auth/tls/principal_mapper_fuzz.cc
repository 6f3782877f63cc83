// Any rules and any name, split by the first zero byte: a decision comes, and `DEFAULT` alone changes nothing.
#include <cstdlib>

#include "auth/tls/principal_mapper.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto split = std::min(input.find('\0'), input.size());
  const std::string name(input.substr(std::min(split + 1, input.size())));
  const auto mapper = muir::auth::PrincipalMapper::parse(input.substr(0, split));
  if (!mapper) return 0;
  const auto user = mapper->user_of(name);
  if (input.substr(0, split) == "DEFAULT" && user != name) std::abort();
  return 0;
}
