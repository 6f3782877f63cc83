#pragma once

#include <atomic>
#include <cstddef>

#include "server/runtime/cpu_account.h"

namespace muir::server {

// Something to be run once on another shard.  It stands in the frame of the coroutine that waits for it, so sending it
// allocates nothing; it must stay there until it has run.
class Message {
 public:
  virtual void run() = 0;

 protected:
  ~Message() = default;

 private:
  friend class Mailbox;
  Message* next_ = nullptr;
};

// What other threads sent to one shard: any number of producers, one consumer, no lock.  Messages of one producer run
// in the order in which it sent them.  Unbounded by itself: each message is a waiting coroutine or a pool job, and
// those are bounded by the requests in flight.
class Mailbox {
 public:
  // From any thread.
  void push(Message& message) {
    Message* head = head_.load(std::memory_order_relaxed);
    do {
      message.next_ = head;
    } while (!head_.compare_exchange_weak(head, &message, std::memory_order_release, std::memory_order_relaxed));
  }

  // By the receiving shard only: everything sent so far, oldest first.  Runs each; returns how many.
  std::size_t drain() {
    Message* newest = head_.exchange(nullptr, std::memory_order_acquire);
    Message* oldest = nullptr;
    while (newest != nullptr) {
      Message* next = newest->next_;
      newest->next_ = oldest;
      oldest = newest;
      newest = next;
    }
    std::size_t count = 0;
    while (oldest != nullptr) {
      Message& message = *oldest;
      oldest = message.next_;  // First: run() may end the frame that holds the message.
      message.run();
      CpuAccount::leave();
      ++count;
    }
    return count;
  }

  bool is_empty() const { return head_.load(std::memory_order_acquire) == nullptr; }

 private:
  alignas(64) std::atomic<Message*> head_{nullptr};
};

}  // namespace muir::server
