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
  };
};

TaskGroup::~TaskGroup() { CHECK(running_.empty()); }

void TaskGroup::spawn(std::string name, Task<void> task) {
  running_.push_back({std::move(name), std::move(task)});
  drive(*this, std::prev(running_.end()));
}

TaskGroup::Root TaskGroup::drive(TaskGroup& group, std::list<Running>::iterator entry) {
  // Moved into this frame: the entry may go before the task's own frame has been left.
  Task<void> task = std::move(entry->task);
  co_await task;
  group.ended(entry);
}

void TaskGroup::ended(std::list<Running>::iterator entry) {
  running_.erase(entry);
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
