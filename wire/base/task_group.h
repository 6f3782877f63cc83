#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <string>

#include "wire/base/task.h"

namespace muir {

// Owns the background tasks of one component on one shard: none is ever detached.  Each was told to stop by other means
// (a closed socket, a stop flag); close() waits until the last has ended.
class TaskGroup {
 public:
  TaskGroup() = default;
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();  // Every task has ended: CHECKed.

  // Starts `task` at once.  `name` tells a person what it was, should it not end.
  void spawn(std::string name, Task<void> task);

  std::size_t size() const { return running_.size(); }

  // The names of the tasks still running, oldest first.
  std::string running() const;

  // Ends when no task is left.  At most one caller at a time.
  Task<void> close();

 private:
  struct Root;
  struct Running {
    std::string name;
    Task<void> task;
  };

  static Root drive(TaskGroup& group, std::list<Running>::iterator entry);
  void ended(std::list<Running>::iterator entry);

  std::list<Running> running_;
  Completion<bool>* closing_ = nullptr;
};

}  // namespace muir
