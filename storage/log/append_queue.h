#pragma once

#include <coroutine>
#include <utility>

#include "wire/base/check.h"

namespace muir::storage {

// Lets one coroutine at a time through, in the order of arrival: what keeps appends in order when a write suspends.
// Costs nothing while nobody waits; waiters link themselves through their own frames.
//
//   const auto turn = co_await queue.turn();   // Held until `turn` goes.
class AppendQueue {
 public:
  class Turn {
   public:
    explicit Turn(AppendQueue* queue) : queue_(queue) {}
    Turn(Turn&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() { release(); }

    void release() {
      if (queue_ != nullptr) std::exchange(queue_, nullptr)->pass_on();
    }

   private:
    AppendQueue* queue_;
  };

  class Waiter {
   public:
    explicit Waiter(AppendQueue& queue) : queue_(queue) {}
    bool await_ready() noexcept { return !std::exchange(queue_.taken_, true); }
    void await_suspend(std::coroutine_handle<> awaiter) noexcept {
      awaiter_ = awaiter;
      (queue_.first_ ? queue_.last_->next_ : queue_.first_) = this;
      queue_.last_ = this;
    }
    Turn await_resume() noexcept { return Turn{&queue_}; }

   private:
    friend class AppendQueue;
    AppendQueue& queue_;
    std::coroutine_handle<> awaiter_;
    Waiter* next_ = nullptr;
  };

  AppendQueue() = default;
  AppendQueue(const AppendQueue&) = delete;
  AppendQueue& operator=(const AppendQueue&) = delete;
  ~AppendQueue() {
    CHECK(first_ == nullptr);
    if (gone_ != nullptr) *gone_ = true;
  }

  Waiter turn() { return Waiter{*this}; }
  bool is_taken() const { return taken_; }

 private:
  // A loop and not a recursion, or a long queue whose writes end at once would need a long stack.  Whoever runs last
  // may destroy this object.
  void pass_on() {
    taken_ = false;
    if (gone_ != nullptr) return;
    bool gone = false;
    gone_ = &gone;
    while (!taken_ && first_ != nullptr) {
      Waiter* const waiter = first_;
      first_ = waiter->next_;
      taken_ = true;
      waiter->awaiter_.resume();
      if (gone) return;
    }
    gone_ = nullptr;
  }

  bool taken_ = false;
  bool* gone_ = nullptr;  // Set while pass_on() runs.
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

}  // namespace muir::storage
