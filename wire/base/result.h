#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace muir {

// Why something failed: an enumerator of one layer's Errc (wire::Errc, storage::Errc), or the operating system's errno.
using Error = boost::system::error_code;

// A value, or why there is none.  The world fails by value: disks, sockets, peers, malformed bytes.  Propagate in plain
// sight: `if (!batch) return batch.error();`.  There is no TRY macro: gcc 12 miscompiles them in coroutines.
template <class T = void>
class [[nodiscard]] Result : public boost::system::result<T> {
 public:
  using boost::system::result<T>::result;
};

// Success without a value: `return ok();`.
inline Result<void> ok() { return {}; }

// The last errno as an Error.
Error last_system_error() noexcept;

}  // namespace muir
