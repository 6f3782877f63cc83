#pragma once

#include <cstddef>
#include <string>

#include <boost/intrusive/list.hpp>

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
  // Stands in the frame that drives the task, so that a task costs one frame more and nothing else.
  struct Running : boost::intrusive::list_base_hook<> {
    explicit Running(const std::string& n) : name(n) {}
    const std::string& name;
  };

  static Root drive(TaskGroup& group, std::string name, Task<void> task);
  void ended(Running& entry);

  boost::intrusive::list<Running> running_;
  Completion<bool>* closing_ = nullptr;
};

}  // namespace muir
