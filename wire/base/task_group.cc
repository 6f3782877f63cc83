#include "wire/base/task_group.h"

namespace muir {

// The one kind of coroutine that nobody awaits: it frees itself when it ends, and its TaskGroup counts it.
struct TaskGroup::Root {
  struct promise_type {
    Root get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    void return_void() const noexcept {}
    static void* operator new(std::size_t bytes) { return detail::allocate_frame(bytes); }
    static void operator delete(void* frame, std::size_t bytes) { detail::free_frame(frame, bytes); }
  };
};

TaskGroup::~TaskGroup() { CHECK(running_.empty()); }

void TaskGroup::spawn(std::string name, Task<void> task) { drive(*this, std::move(name), std::move(task)); }

TaskGroup::Root TaskGroup::drive(TaskGroup& group, std::string name, Task<void> task) {
  Running entry(name);
  group.running_.push_back(entry);
  co_await task;
  group.ended(entry);
}

void TaskGroup::ended(Running& entry) {
  running_.erase(running_.iterator_to(entry));
  if (running_.empty() && closing_ != nullptr) std::exchange(closing_, nullptr)->complete(true);
}

std::string TaskGroup::running() const {
  std::string names;
  for (const Running& entry : running_) names += (names.empty() ? "" : ", ") + entry.name;
  return names;
}

Task<void> TaskGroup::close() {
  if (running_.empty()) co_return;
  CHECK(closing_ == nullptr);
  Completion<bool> last;
  closing_ = &last;
  co_await last;
}

}  // namespace muir
