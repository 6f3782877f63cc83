#pragma once

#include <optional>
#include <utility>

#include "wire/base/result.h"
#include "wire/base/task.h"

namespace muir::storage {

// What a call on the Disk seam returns: `const auto bytes = co_await file->read(...);` yields a Result<T>.  An answer
// that is ready at once costs no allocation and no suspension; one that is not is a Task.  So callers read the same
// whether a disk works inline or on a writer thread (ADR 20).  Awaited at most once, on the shard that made the call.
template <class T = void>
class [[nodiscard]] Io {
 public:
  Io(Result<T> ready) : ready_(std::move(ready)) {}
  Io(Error error) : ready_(Result<T>{error}) {}
  Io(Task<Result<T>> pending) : pending_(std::move(pending)) {}
  template <class U>
    requires(!std::is_void_v<T> && std::is_constructible_v<Result<T>, U &&> && !std::is_same_v<std::decay_t<U>, Io> &&
             !std::is_same_v<std::decay_t<U>, Result<T>> && !std::is_same_v<std::decay_t<U>, Error> &&
             !std::is_same_v<std::decay_t<U>, Task<Result<T>>>)
  Io(U&& value) : ready_(Result<T>{std::forward<U>(value)}) {}

  bool await_ready() const noexcept { return ready_.has_value(); }
  bool await_suspend(std::coroutine_handle<> awaiter) { return pending_.await_suspend(awaiter); }
  Result<T> await_resume() { return ready_ ? std::move(*ready_) : pending_.await_resume(); }

  // The answer, for start-up code on a pool thread and for tests: CHECKs that the disk needs no other thread for it.
  Result<T> get() { return ready_ ? std::move(*ready_) : pending_.run_inline(); }

 private:
  std::optional<Result<T>> ready_;
  Task<Result<T>> pending_;
};

}  // namespace muir::storage
