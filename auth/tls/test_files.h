#pragma once

#include <fstream>
#include <iterator>
#include <string>

namespace muir::auth {

// For tests: what stands in testdata (made by its make-stores), and its passwords.
inline constexpr const char* kStorePassword = "store-secret";
inline constexpr const char* kKeyPassword = "key-secret";

inline std::string test_path(const std::string& name) { return "auth/tls/testdata/" + name; }

inline std::string test_file(const std::string& name) {
  std::ifstream file(test_path(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace muir::auth
