#include "wire/base/result.h"

#include <cerrno>

namespace muir {

Error last_system_error() noexcept { return {errno, boost::system::system_category()}; }

}  // namespace muir
