#include "wire/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace muir {

void check_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "FATAL %s:%d: CHECK(%s) does not hold\n", file, line, condition);
  std::abort();
}

}  // namespace muir
