#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "wire/base/check.h"
#include "wire/base/frame_pool.h"

namespace muir {

template <class T>
class Task;

namespace detail {

// A child that ends before it ever suspends must not resume its parent from within the parent's own await: the parent
// just goes on.  So a loop over tasks that end at once uses no stack, at every optimisation level.
struct TaskPromiseBase {
  std::coroutine_handle<> continuation;
  bool starting = false;

  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      TaskPromiseBase& promise = self.promise();
      if (promise.starting || !promise.continuation) return;
      promise.continuation.resume();  // May destroy this frame; nothing of it is touched afterwards.
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* frame, std::size_t bytes) { free_frame(frame, bytes); }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() { return std::move(*value); }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const noexcept {}
};

}  // namespace detail

// A piece of work that can wait, written as a coroutine and run on the shard that awaits it.  It starts when it is
// awaited, has exactly one awaiter, and is destroyed with its owner; whoever destroys a suspended Task must know that
// nothing will resume it (Completion sees to that).  No exception leaves it.
//
// This is not Asio's awaitable: a file that includes Asio's coroutines compiles for seconds, and only the shells that
// own a socket need to (ADR 2).
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using value_type = T;

  Task() = default;
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiter) {
    auto& promise = handle_.promise();
    promise.continuation = awaiter;
    promise.starting = true;
    handle_.resume();
    promise.starting = false;
    return !handle_.done();
  }
  T await_resume() { return handle_.promise().take(); }

  // Runs a task that cannot suspend, for tests and start-up: everything it awaits must complete at once.
  T run_inline() {
    handle_.resume();
    CHECK(handle_.done());
    return handle_.promise().take();
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>{std::coroutine_handle<TaskPromise<T>>::from_promise(*this)};
}

inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>{std::coroutine_handle<TaskPromise<void>>::from_promise(*this)};
}

}  // namespace detail

// Something that happens once and that one coroutine may await; completing before the await is fine.  Both ends are on
// one shard.  The Completion outlives its awaiter's wait: it stands in the awaiter's frame, or in what completes it.
template <class T>
class Completion {
 public:
  Completion() = default;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  bool is_complete() const { return value_.has_value(); }

  // Resumes the awaiter before it returns; the Completion may be gone by then.
  void complete(T value) {
    CHECK(!value_);
    value_.emplace(std::move(value));
    if (const auto awaiter = std::exchange(awaiter_, {})) awaiter.resume();
  }

  bool await_ready() const noexcept { return value_.has_value(); }
  void await_suspend(std::coroutine_handle<> awaiter) noexcept { awaiter_ = awaiter; }
  T await_resume() { return std::move(*value_); }

 private:
  std::optional<T> value_;
  std::coroutine_handle<> awaiter_;
};

}  // namespace muir
