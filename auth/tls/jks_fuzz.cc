// Any bytes as a JKS store: reading ends, and holds no more than the bytes do.
#include <cstdlib>

#include "auth/tls/jks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muir::auth;
  muir::OwnedBytes file(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  if (size >= 4) muir::store_big_endian(file.data(), kJksMagic);  // Else nearly all would end at once.
  const auto store = read_jks(file, std::nullopt, "password");
  if (store && (store->keys.size() + store->trusted.size()) * 12 > size) std::abort();
  static_cast<void>(unprotect_jks_key(file, "password"));
  return 0;
}
